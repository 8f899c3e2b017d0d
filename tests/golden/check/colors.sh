# Colors are for terminals that show them, unless NO_COLOR or a file of terminal-colors.d says
# otherwise. The user's folder exists, so that the one in /etc does not count.
export XDG_CONFIG_HOME=$SCRATCH HOME=$SCRATCH/home TERM=xterm
mkdir -p $SCRATCH/terminal-colors.d $HOME/.config/terminal-colors.d
touch $HOME/.config/terminal-colors.d/disable
echo '<domain type="kvm"><name>a</name><memory>x</memory></domain>' > $SCRATCH/a.xml
shown() {
	script -qec "$* virt-layout check --only value-malformed $SCRATCH/a.xml 2>/dev/null" /dev/null </dev/null
}
try() {
	if [[ $(shown "$1") == *$'\033[31merror\033[0m'* ]]; then echo "colors: $*"; else echo "plain:  $*"; fi
}
shown | sed 's/\r$//; s/\x1b/ESC/g'
for setting in TERM=xterm TERM=dumb TERM= 'env -u TERM' TERM=vt220 NO_COLOR=1 NO_COLOR= XDG_CONFIG_HOME= 'env -u XDG_CONFIG_HOME'; do
	try "$setting"
done
while read -r files; do
	rm -f $SCRATCH/terminal-colors.d/*
	(cd $SCRATCH/terminal-colors.d && touch $files)
	try '' $files
done <<- end
	disable
	virt-layout.disable
	@xterm.disable
	virt.disable @xt.disable x.virt-layout.disable disable.bak scheme
	disable enable
	disable virt-layout.enable
	virt-layout.disable @xterm.enable
	virt-layout@xterm.disable virt-layout.enable
	virt-layout@xterm.disable virt-layout@xterm.enable
	@xterm.disable enable
	disable @xterm.enable
end
