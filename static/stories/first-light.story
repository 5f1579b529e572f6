# First light: three consumers share six partitions.
seed 7
topic orders partitions=6
producer web topic=orders rate=200/s keys=1000 value=64B
group checkout protocol=classic assignor=range session-timeout=10s heartbeat=3s reset=earliest
consumer c1 c2 c3 group=checkout topics=orders process=2ms
end 60s
