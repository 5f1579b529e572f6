# A share group: records go to whoever is free
# Nobody owns a partition here: a record is acquired, then acknowledged or given back, and delivered five times at most.
seed 11
topic jobs partitions=2
group work protocol=share heartbeat=1s max-poll-records=20 reset=earliest process=20ms lock-duration=8s acknowledgement=explicit release=k13
consumer w1 w2 w3 w4 group=work topics=jobs reject=k7

# w3 dies with records in its hands. Its connection is closed with it, so they are free at once, and count as delivered.
at 3s produce topic=jobs count=200 keys=100
at 3200ms kill w3
at 3205ms check acquired work > 0
at 4s check redelivered work >= 20

# Nobody gets along with the key k13: all release it, and after five deliveries it is archived. k7 they reject at once.
at 10s check archived work == 4
at 10s check acknowledged work == 196
at 10s check acquired work == 0
at 10s check reread work == 0

# w4 stands still with records in its hands. After eight seconds they are free; what w4 does with them later is done twice.
at 20s produce topic=jobs count=100 keys=50
at 20050ms slow w4 for=12s
at 25s check acquired work == 20
at 29s check acquired work == 0
at 40s check acknowledged work == 292
at 40s check archived work == 8
at 40s check start-offset work jobs:0 == 182
end 40s
