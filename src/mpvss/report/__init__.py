"""Records of evaluations enter, tables and figures leave, beside the paper's numbers.

`read_records` finds the records, `summaries` takes seeds together, and `mpvss.report.document` writes the report; it
draws with matplotlib, which takes a while to import, so it is imported where a report is written.
"""

from mpvss.report.records import read_records
from mpvss.report.summaries import DataSplit, Spread, Summary, summaries

__all__ = [
    "DataSplit",
    "Spread",
    "Summary",
    "read_records",
    "summaries",
]
