"""Tables of typed columns (Arrow, parquet): answers and facts in, levels and tiers out, a block at a time.

Everything here needs the extra ``arrow``. The rooms, from the first to the last:

    layout        which column is what
    contents      a column -> its distinct contents
    facts, blocks a block of a table -> facts, and answers
    scoring       a block -> levels and tiers, one pure function
    parquet       files, whole or by the block; tables: answers and facts -> columns; problems: the table beside results
    streaming     one file scored as a stream; repeated: ids that occur twice in it, or in several
    partitions    many files, in processes or on a cluster
"""
