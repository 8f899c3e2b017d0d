# A bad file of the user is refused with the name of its option, before a guest starts.
as=
cd $SCRATCH && mkdir tmp && export TMPDIR=$PWD/tmp
domain=$OLDPWD/tests/boot/seed.xml make=$OLDPWD/tests/make-package
boot() {
	$as virt-layout boot "$@" 2>&1 |
		sed "s/\(unpacked: \).*/\1libarchive says why/; s/vmlinuz-2[^ ,]*,/vmlinuz-RUNNING,/"
	echo "status ${PIPESTATUS[0]}"
}
printf 'const char info[] __attribute__((section(".modinfo"))) = "depends=none";' |
	cc -c -x c - -o module
{ head -c 514 /dev/zero; printf HdrS; } >kernel
touch empty && mkdir folder
"$make" deb modules.deb lib/modules/6.1/modules.order=empty lib/modules/6.1/a.ko=module
"$make" deb both.deb boot/vmlinuz-6.1=kernel lib/modules/6.1/modules.order=empty \
	lib/modules/6.1/a.ko=module
head -c -40 modules.deb >cut.deb

echo "A domain's name comes before the kernel"
boot nosuch.xml
boot --kernel nokernel nosuch.xml
boot --kernel nokernel "$domain"
as="setarch --uname-2.6" # a kernel that is certainly not in /boot
boot "$domain"
boot --initrd-only -o initrd --kmod x
as=

echo "Modules that are of no use, though none is needed"
for modules in nowhere folder empty cut.deb; do
	boot --initrd-only -o initrd --kernel kernel --modules $modules
	boot --kernel kernel --modules $modules --accel tcg "$domain"
done
boot --initrd-only -o initrd --kernel kernel --modules modules.deb

echo "Modules by name, and what they need"
boot --initrd-only -o initrd --kernel both.deb --kmod b
boot --initrd-only -o initrd --kernel kernel --modules modules.deb --kmod b
boot --initrd-only -o initrd --kernel both.deb --kmod a

echo "Copies"
for copy in "" @bad folder :/x; do
	boot --initrd-only -o initrd --kernel kernel --copy "$copy"
done

echo "Files that are not kernels, and kernels for another guest"
sed "s/arch='x86_64'/arch='aarch64'/" "$domain" >arm.xml
printf '\177ELF\2\1\1\0%08d\2\0\267\0' 0 >elf-arm
{ head -c 56 /dev/zero; printf 'ARM\144'; } >image-arm
{ printf MZ; head -c 58 /dev/zero; printf '\100\0\0\0PE\0\0\144\252'; } >pe-arm
for kernel in "$domain" empty elf-arm image-arm pe-arm; do
	boot --kernel $kernel --accel tcg "$domain"
done
boot --kernel kernel --accel tcg arm.xml

echo "Programs that cannot be the init of the guest"
printf '\177ELF\2\1\1\0%08d\2\0\363\0' 0 >elf-riscv
printf 'int main(void) { return 0; }' | cc -x c - -o dynamic
printf '\177ELF\2\1\1\0%08d\2\0\267\0%044d' 0 0 | tr 0 '\0' >static-arm
for init in nosuch folder empty kernel elf-riscv dynamic static-arm; do
	boot --init $init --kernel kernel --accel tcg "$domain"
done
boot --stop-after tables --init static-arm "$domain"
boot --initrd-only --init dynamic -o initrd
boot --initrd-only --init static-arm -o initrd

echo "Left in TMPDIR: $(ls tmp)"
