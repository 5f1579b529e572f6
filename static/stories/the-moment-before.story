# The moment before: a chain of backups, and a restore between two of them
# A full and what changed every ten seconds after it; then something writes what it should not.
seed 7
topic orders partitions=6
producer web topic=orders rate=200/s keys=1000
group checkout session-timeout=10s reset=earliest
consumer c1 c2 c3 group=checkout topics=orders process=2ms

# The first is full, since there is nothing to build on; the others hold what came since the one before.
at 2s backup schedule every=10s

# The mistake: 5,000 records that nobody ordered. The next backup has them too.
at 35s produce topic=orders count=5000 keys=10
at 44s stop web
at 45s backup schedule off

# First a plan: what each group would read again and what it would miss. Then back to the moment before the mistake, in
# place: every log is cut there, and every committed offset is the one of that moment.
at 46s restore plan latest at=34999ms
at 46s restore apply latest at=34999ms
at 55s producer web2 topic=orders rate=200/s keys=1000

at 60s check proof == holds
at 60s check state checkout == Stable
at 60s check skipped == 0
end 60s
