# Three consumers share a topic
# 200 records a second, six partitions. Add a consumer, or kill one, and watch the partitions move.
seed 7
cluster initial-rebalance-delay=200ms
topic orders partitions=6
producer web topic=orders rate=200/s keys=1000
group checkout session-timeout=10s reset=earliest
consumer c1 c2 c3 group=checkout topics=orders process=2ms

# Judged before anyone can act on the page, which opens a little later.
at 3s check state checkout == Stable
at 3s check members checkout == 3
at 3s check rebalances checkout == 1
end 60s
