"""The benchmark: what this server's operations cost, beside other servers that do the same work.

    make bench            everything, some minutes
    make bench QUICK=1    a short form

It measures CPU time (user and system, of the server's processes, Redis' apart), because time on the
clock depends on what else the machine does. The servers take turns, several rounds of them, and
what counts are ratios within a round. Results: RESULTS.md.
"""
