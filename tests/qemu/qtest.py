"""A QEMU `virt` machine with an SMMUv3 and `edu` devices, driven over qtest.

No processor runs: registers, memory and PCIe configuration space are read and
written from here.  Debian's QEMU has no qtest accelerator, so the processor
is powered off instead, and idle time is skipped (icount with sleep=off).
"""
import base64
import subprocess
import time

QEMU = "qemu-system-aarch64"
SMMU = 0x0905_0000
ECAM = 0x3F00_0000  # highmem=off
BAR = 0x1000_0000   # of the 32-bit window; one MiB a device
FIRST_SLOT = 2

# edu: docs/specs/edu.txt of QEMU
DMA_SRC, DMA_DST, DMA_COUNT, DMA_COMMAND = 0x80, 0x88, 0x90, 0x98
EDU_BUFFER = 0x40000
START, TO_RAM = 1, 2
DMA_TIMEOUT_S = 20


class Machine:
    def __init__(self, devices):
        argv = [QEMU, "-machine", "virt,iommu=smmuv3,highmem=off", "-m", "1G",
                "-cpu", "cortex-a57,start-powered-off=on", "-accel", "tcg",
                "-icount", "shift=0,sleep=off", "-nodefaults", "-display", "none",
                "-qtest", "stdio"]
        for i in range(devices):
            argv += ["-device", f"edu,addr={FIRST_SLOT + i:02x}.0,dma_mask={(1 << 64) - 1}"]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.terminate()
        self.process.wait()

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        while True:
            answer = self.process.stdout.readline()
            if not answer:
                raise RuntimeError(f"QEMU ended at: {line[:80]}")
            if answer.startswith("OK"):
                return answer[2:].strip()
            if answer.startswith(("FAIL", "ERR")):
                raise RuntimeError(f"{line[:80]}: {answer.strip()}")

    def read32(self, address):
        return int(self.ask(f"readl {address:#x}"), 0)

    def write32(self, address, value):
        self.ask(f"writel {address:#x} {value:#x}")

    def write64(self, address, value):
        self.ask(f"writeq {address:#x} {value:#x}")

    def read(self, address, size):
        return bytes.fromhex(self.ask(f"read {address:#x} {size:#x}")[2:])

    def write(self, address, data):
        self.ask(f"b64write {address:#x} {len(data):#x} {base64.b64encode(data).decode()}")

    # ---- devices ----

    def stream(self, device):
        """Its StreamID: bus 0, its slot, function 0."""
        return (FIRST_SLOT + device) << 3

    def start_device(self, device):
        config = ECAM + (self.stream(device) << 12)
        self.write32(config + 0x10, BAR + (device << 20))
        self.write32(config + 0x04, 6)  # memory space, bus master

    def dma(self, device, iova, size, to_ram):
        """Moves size bytes between iova and the device's buffer."""
        bar = BAR + (device << 20)
        self.write64(bar + DMA_SRC, EDU_BUFFER if to_ram else iova)
        self.write64(bar + DMA_DST, iova if to_ram else EDU_BUFFER)
        self.write64(bar + DMA_COUNT, size)
        self.write64(bar + DMA_COMMAND, START | (TO_RAM if to_ram else 0))
        deadline = time.monotonic() + DMA_TIMEOUT_S
        while self.read32(bar + DMA_COMMAND) & START:
            if time.monotonic() > deadline:
                raise RuntimeError("the DMA does not end")
