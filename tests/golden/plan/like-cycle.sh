virt-layout plan --like tests/golden/plan/cycle.xml --predict
