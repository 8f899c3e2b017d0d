virt-layout plan tests/golden/plan/entity-bomb.xml
