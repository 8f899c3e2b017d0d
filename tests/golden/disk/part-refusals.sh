# disk plan, create and add refuse impossible partitions in the same words with the same
# status, and nothing is written. One line for each refusal; if the three disagree, the
# message of each.
cd "$SCRATCH"
for label in gpt dos; do
	truncate -s 64M $label.img && sfdisk --no-tell-kernel -q $label.img <<<"label: $label"
done
ask() {
	"$@" >said 2>&1
	local status=$?
	sed -n 's/^virt-layout: //; s/^new.img: //; p; q' said
	return $status
}
refused() {
	local label=$1 part=$2 first='' words status
	for command in plan create add; do
		case $command in
		plan) words=$(ask virt-layout disk plan -l "$label" -s 64MiB -p "$part") ;;
		create) words=$(ask virt-layout disk create -l "$label" -s 64MiB -p "$part" made.img) ;;
		add)
			cp "$label.img" new.img
			words=$(ask virt-layout disk add new.img -p "$part")
			;;
		esac
		status=$?
		if [ -z "$first" ]; then
			first="$status $words"
			printf '%s %q: %s\n' "$label" "$part" "$first"
		elif [ "$first" != "$status $words" ]; then
			echo "  but $command: $status $words"
		fi
	done
	cmp "$label.img" new.img || echo "  and add wrote"
	[ ! -e made.img ] || echo "  and create wrote"
	rm -f new.img made.img
}
refused gpt "size=1MiB,name=$(printf 'a\tb')"
refused gpt "size=1MiB,name=$(printf 'a\302\205b')"
refused gpt "size=1MiB,name=$(printf 'a\377')"
refused gpt size=1MiB,name=1234567890123456789012345678901234567890
refused gpt size=1MiB,active
refused gpt size=1MiB,kind=logical
refused gpt size=1MiB,kind=extended
refused gpt size=1MiB,type=swop
refused gpt size=1MiB,type=0x0f
refused gpt size=1MiB,number=129
refused dos size=1MiB,name=x
refused dos size=1MiB,uuid=11111111-0000-4000-8000-000000000001
refused dos size=1MiB,attribute=63
refused dos size=1MiB,type=swop
refused dos size=1MiB,type=0x05,kind=primary
refused dos size=1MiB,type=0x83,kind=extended
refused dos size=1MiB,number=5,kind=primary
refused gpt size=2MiB,min=4MiB
refused gpt size=2MiB,max=4MiB
refused gpt size=2MiB,weight=4
refused gpt size=10%,weight=4
refused gpt size=rest,min=4MiB,max=2MiB
refused gpt size=rest,max=1B
refused gpt size=1MiB,start=1000000B
refused gpt size=1MiB,start=1025KiB
refused dos size=1MiB,start=0B
refused gpt size=1MiB,align=1000B
