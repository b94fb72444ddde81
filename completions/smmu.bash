# Completion of smmu for bash; the program itself knows what can stand where.
_smmu()
{
	mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" --complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o bashdefault -o default -F _smmu smmu
