# A consumer dies without a goodbye
# The coordinator hears nothing for the session timeout, then gives its partitions to the others.
seed 7
topic orders partitions=6
producer web topic=orders rate=200/s keys=1000
group checkout session-timeout=10s reset=earliest
consumer c1 c2 c3 group=checkout topics=orders process=2ms

at 29s check owner orders:2 == c2
at 30s kill c2

# Nobody knows yet: the group still counts three.
at 35s check members checkout == 3
at 35s check owner orders:2 == none

# Within the session timeout and one rebalance the others have everything.
at 45s check members checkout == 2
at 45s check state checkout == Stable
at 45s check owner orders:2 != none
at 45s check owner orders:3 != none

# What c2 had processed and not committed is read again; nothing is lost.
at 60s check rebalances checkout == 2
at 60s check pause-max <= 14s
at 60s check reread > 0
at 60s check skipped == 0
end 60s
