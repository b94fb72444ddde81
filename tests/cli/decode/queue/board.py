"""A machine with three queues, of 8 commands, 4 events and 4 page requests; REGISTER=VALUE…"""
import struct
import sys

memory = bytearray(0x3000)
for i in range(8):  # CMD_CFGI_STE of stream i, and in entry 7 a CMD_SYNC
    struct.pack_into("<2Q", memory, 16 * i, 0x46 if i == 7 else 0x03 | i << 32, 0)
for i in range(4):  # C_BAD_STREAMID of stream 0x10 + i; a page request of stream 0x20 + i
    struct.pack_into("<4Q", memory, 0x1000 + 32 * i, 0x02 | 0x10 + i << 32, 0, 0, 0)
    struct.pack_into("<2Q", memory, 0x2000 + 16 * i, 0x7 << 60 | 0x20 + i, 0x1000 * i | i)
with open("queues.bin", "wb") as file:
    file.write(memory)
registers = {"SMMU_IDR0": "0x0d45141b", "SMMU_IDR1": "0x02734010", "SMMU_IDR5": "0x74",
             "SMMU_CMDQ_BASE": "0x80000003", "SMMU_EVENTQ_BASE": "0x80001002",
             "SMMU_PRIQ_BASE": "0x80002002"}
registers.update(pair.split("=") for pair in sys.argv[1:])
with open("board.yaml", "w", encoding="ascii") as file:
    file.write("version: 1\nmemory: [{base: 0x80000000, file: queues.bin}]\n"
               "smmus:\n  - name: smmu0\n    registers:\n")
    file.writelines(f"      {name}: {value}\n" for name, value in registers.items())
