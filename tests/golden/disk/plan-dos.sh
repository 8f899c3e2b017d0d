virt-layout disk plan -l dos -s 1GiB -p size=100MiB,active -p size=33MB -p size=10MiB -p size=20% -p size=40MiB,type=swap -o NR,KIND,START,END,SIZE,ATTRIBUTES,TYPE-ID
