virt-layout disk plan -s 1GiB -p size=100MiB,attribute=legacy-boot,attribute=63,name=Grüße -p size=30MB,uuid=11111111-0000-4000-8000-000000000001 -J
