virt-layout explain bus-window &&
	virt-layout explain bus-windw
