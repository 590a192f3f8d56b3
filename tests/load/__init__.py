"""The benchmark: what this server's operations cost, beside other servers that do the same work.

    make bench            beside other servers, some minutes
    make bench QUICK=1    a short form
    make bench-growth     350 to 10,000 users on one worker; none to 100,000 other jams
    make bench-workers    several workers, jams in one of them or in all
    make bench-profile    where the server's time goes
    make load-soak        60% of what it can do, for ten minutes

It measures CPU time (user and system, of the server's processes, Redis' apart), because time on the
clock depends on what else the machine does. The servers take turns, several rounds of them, and
what counts are ratios within a round. Results: RESULTS.md.
"""
