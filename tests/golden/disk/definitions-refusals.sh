cd $SCRATCH && mkdir d
try() {
	printf "$1" > d/1.conf
	shift
	virt-layout disk plan --definitions d -s 100MiB "$@" && echo accepted
}
for line in Weight=-1 Weight=1000001 SizeMinBytes=10k SizeMinBytes= SizeMaxBytes=99999999999E Priority=x \
	UUID=null UUID=x NoAuto=maybe Flags=0x Flags=0x10000000000000000 Label=%%Z Format=f2fs \
	CopyBlocks=auto CopyBlocks=file CopyFiles=etc CopyFiles=/a:/b:/c CopyFiles=/a/../b Encrypt=tpm2 \
	Verity=data Minimize=best FactoryReset=yes SplitName=x Subvolumes=/a Foo=1 type=home Type=foo \
	Type=root-amd65 Type=HOME; do
	try "[Partition]\nType=home\n$line\n"
done
try '[Partition]\n'
try 'Type=home\n'
try '[Partition\nType=home\n'
try '[Partition]\nType=home\n[Other]\na=b\n'
try '[Partition]\nType=home\nWord\n'
try '[Partition]\nType=home\nSizeMinBytes=2M\nSizeMaxBytes=1M\n'
try '[Partition]\nType=home\nPaddingMinBytes=2M\nPaddingMaxBytes=1M\n'
try '[Partition]\nType=home\nCopyBlocks=/dev/null\n'
try '[Partition]\nType=home\nCopyBlocks=/a\nFormat=ext4\n'
try '[Partition]\nType=home\nCopyFiles=/a\nFormat=xfs\n'
try '[Partition]\nType=home\nSizeMinBytes=200M\n'
try '[Partition]\nType=home\nEncrypt=off\nVerity=no\nFactoryReset=0\nMinimize=off\nSplitName=-\n' -n
try '[Partition]\nType=home\nMinimize=maybe\n'
try '[Partition]\nType=home\nFormat=ext4\nMinimize=best\n'
try '[Partition]\nType=home\nCopyFiles=/a\nMinimize=guess\n'
try '[Partition]\nType=home\nFormat=ext4\nMinimize=guess\n' -n
try '[Partition]\nType=home\nFormat=squashfs\nCopyFiles=/a\nMinimize=best\n' --repart-version 252
try '[Partition]\nType=home\nFormat=squashfs\nMinimize=best\n'
try '[Partition]\nType=home\nFormat=erofs\nCopyFiles=/a\n' --repart-version 252
try '[Partition]\nType=home\nFormat=squashfs\nCopyFiles=/missing\nMinimize=best\n'
ok='[Partition]\nType=home\n'
try "$ok" --part size=1MiB
try "$ok" --align 1MiB
try "$ok" --label dos
try "$ok" --seed x
try "$ok" --architecture pdp11
try "$ok" --write-definitions d
try "$ok" --uuid 750b6cd5-c4ae-4012-a15e-7be3c29e6a47 --write-definitions e
rm d/1.conf
virt-layout disk plan --definitions d -s 100MiB
virt-layout disk plan --definitions missing -s 100MiB
virt-layout disk plan --copy-source / -s 100MiB
plan='virt-layout disk plan -s 100MiB --write-definitions e'
$plan -l dos -p size=1MiB
$plan -p size=1MiB,start=3MiB
$plan -p size=1MiB,attribute=required
$plan -p size=1MiB,type=home
$plan -p size=1MiB,number=2
$plan -p size=rest -p size=rest
$plan -p size=1MiB --seed a
