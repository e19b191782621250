# Completion of the program footfall for bash.

_footfall() {
  local word=${COMP_WORDS[COMP_CWORD]}
  local before=${COMP_WORDS[COMP_CWORD - 1]}
  case $before in
    --mode)
      mapfile -t COMPREPLY < <(compgen -W \
        "table box markdown vertical csv tsv json jsonl plot spark" -- "$word")
      return
      ;;
    -f | --guess)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --dump | --checkpoint | --backup | --backups | --restore)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -d -- "$word")
      return
      ;;
    -c | --now | --param | --keep | --id | --limit-rows | --limit-memory)
      return
      ;;
  esac
  case $word in
    -*)
      mapfile -t COMPREPLY < <(compgen -W "-c -f --mode --values --readonly \
        --now --param --limit-rows --limit-memory --echo --no-bail --metrics \
        --guess --dump --checkpoint --backup --keep --backups --restore --id \
        --verify --repair --help --version" -- "$word")
      ;;
    *)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      ;;
  esac
}
complete -F _footfall footfall
