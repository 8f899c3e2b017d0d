virt-layout plan --like /nowhere/at/all
