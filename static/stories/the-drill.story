# The drill: a backup, a loss, a restore in four steps
# Consumption goes on exactly at the committed offsets, and that is proven.
seed 7
topic orders partitions=6
producer web topic=orders rate=200/s keys=1000
group checkout session-timeout=10s reset=earliest
consumer c1 c2 c3 group=checkout topics=orders process=2ms

# Topics, groups and offsets of one moment.
at 21s backup full
at 21s backup verify latest

# The loss: all records and all offsets are gone. The producer waits for its topic.
at 30s delete topic orders

# 1 stop consumers, 2 restore data, 3 restart consumers, 4 resume from the last committed offset.
at 40s restore stop latest
at 41s check state checkout == Empty
at 41s restore data latest
at 42s restore restart

# Every digest is equal, and the first record that each partition delivered is the right one.
at 60s check proof == holds
at 60s check state checkout == Stable
at 60s check skipped == 0
end 60s
