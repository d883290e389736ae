#!/usr/bin/env bash
# What a wide grant never opens, and what nobody does to it on the host or from inside opens either.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# One of each category: keys, keyrings, password stores, browsers, mail, cloud, tokens, histories, other sandboxes, machines
# and backups, money, messengers, shells' data.
secrets=(.ssh/id .gnupg/key .local/share/keyrings/login .password-store/a .mozilla/logins .config/chromium/Login .thunderbird/mail
  .aws/credentials .kube/config .config/gh/hosts .docker/config .var/app/data .local/share/containers/x .config/borg/key
  .electrum/wallet .config/Signal/db .local/share/fish/fish_history .local/share/Trash/files)
files=(.netrc .git-credentials .bash_history .npmrc .python_history)
for secret in "${secrets[@]}" "${files[@]}"; do
  mkdir -p "$HOME/$(dirname "$secret")"
  printf 'secret\n' >"$HOME/$secret"
done
# What starts programs later.
later=(.bashrc .profile .config/autostart/a.desktop .config/systemd/user/a.service .local/bin/a .local/share/applications/a.desktop
  .config/environment.d/a.conf .gitconfig)
for file in "${later[@]}"; do
  mkdir -p "$HOME/$(dirname "$file")"
  printf 'mine\n' >"$HOME/$file"
done
printf 'plain\n' >"$HOME/plain"
mkdir -p "$HOME/.config/other" "$HOME/folder"
printf 'plain\n' >"$HOME/.config/other/plain"

start wide --profile cli --filesystem=home sleep 600
inside() { "$HUTCH" exec wide -- sh -c "$1" 2>&1; }
same "a wide grant opens the rest" "plain plain" "$(inside 'echo $(cat ~/plain ~/.config/other/plain)')"
open=()
for secret in "${secrets[@]}" "${files[@]}"; do
  [[ $(inside "cat ~/'$secret'") == secret ]] && open+=("$secret")
done
same "but none of the secrets" "" "${open[*]}"
same "nor by another name" 0 "$(inside 'grep -rl secret ~ 2>/dev/null | wc -l')"

# The host renames, recreates and replaces them while the program runs.
mv "$HOME/.ssh" "$HOME/renamed"
mv "$HOME/.netrc" "$HOME/folder/netrc"
mkdir "$HOME/.ssh"
printf 'secret\n' >"$HOME/.ssh/id"
printf 'secret\n' >"$HOME/.git-credentials.new"
mv "$HOME/.git-credentials.new" "$HOME/.git-credentials"
mv "$HOME/.aws" "$HOME/.aws.old"
ln -s .aws.old "$HOME/.aws"
same "a secret that is renamed beside is not opened" "" "$(inside 'cat ~/renamed/id 2>/dev/null')"
same "nor one that is made again" "" "$(inside 'cat ~/.ssh/id 2>/dev/null')"
same "nor one that is replaced" "" "$(inside 'cat ~/.git-credentials ~/.aws/credentials ~/.aws.old/credentials 2>/dev/null')"
mv "$HOME/folder/netrc" "$HOME/.netrc"

# The program does the same from inside.
inside 'mv ~/.config ~/moved; mv ~/.local ~/moved2; mkdir -p ~/.gnupg; echo bad >~/.gnupg/key; ln -sf ~/.gnupg ~/folder/link
  mv ~/.gnupg ~/away; rm -rf ~/.mozilla ~/.thunderbird; mkdir ~/.mozilla; echo bad >~/.mozilla/logins' >/dev/null
same "what it makes in their place is its own" "secret secret secret" \
  "$(echo "$(cat "$HOME/.gnupg/key" "$HOME/.mozilla/logins" "$HOME/.thunderbird/mail")" | xargs)"
same "and it reads none of them by what it moved" 0 "$(inside 'grep -rl secret ~ 2>/dev/null | wc -l')"

for file in "${later[@]}"; do
  inside "echo bad >>~/'$file'; rm -f ~/'$file'; mv ~/plain ~/'$file'; echo bad >~/'$(dirname "$file")/bad'" >/dev/null
done
changed=()
for file in "${later[@]}"; do
  [[ $(<"$HOME/$file") == mine && ! -e $HOME/$(dirname "$file")/bad ]] || changed+=("$file")
done
same "what starts programs later is not changed" "" "$(printf '%s\n' "${changed[@]}" | grep / || true)"
"$HUTCH" kill wide >/dev/null
for file in .bashrc .profile .gitconfig; do
  same "$file neither" mine "$(<"$HOME/$file")"
done
conclude
