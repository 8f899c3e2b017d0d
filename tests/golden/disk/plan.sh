virt-layout disk plan --size 20GiB --part size=512MB,type=esp,name=ESP --part size=6GiB,type=root-x86-64,name=root --part size=10GB,type=home --part size=100MiB,start=19GiB
