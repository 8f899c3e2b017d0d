virt-layout check tests/domains/bus-window.xml tests/domains/io-ports.xml tests/domains/hostdev-dup.xml
