# Completion of smmu for fish; the program itself knows what can stand where.
complete -c smmu -a '(smmu --complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
