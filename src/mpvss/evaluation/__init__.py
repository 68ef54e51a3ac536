"""Methods and labelled videos enter; scores, costs and label maps of every method at every interval leave.

All of them are scored in one pass: frames are read once, and methods whose segmentors have the same weights share the
work on key frames (`share_segmentors`). A `Method` at an interval is an `Entrant`; `evaluate_videos` and
`evaluate_pairs` feed them, `Notes` keep what is done, so that an interrupted evaluation goes on where it stopped.
`score_predictions` scores stored label maps in place of a model. What came of it becomes a
:class:`~mpvss.results.MethodResult`, and rows of a table (`score_table`, `append_rows`).
"""

from mpvss.evaluation.costs import FrameCosts, count_frame_costs
from mpvss.evaluation.entrant import Entrant
from mpvss.evaluation.evaluate_pairs import evaluate_pairs
from mpvss.evaluation.evaluate_videos import evaluate_videos
from mpvss.evaluation.label_files import label_codes, label_file, scored_frames
from mpvss.evaluation.method import Method
from mpvss.evaluation.method_result import method_result, predictions_result
from mpvss.evaluation.notes import Notes
from mpvss.evaluation.prediction_writer import PredictionWriter
from mpvss.evaluation.provenance import code_version, environment, file_hash
from mpvss.evaluation.score_table import append_rows, check_table, score_table
from mpvss.evaluation.shared_segmentor import SharedSegmentor, share_segmentors
from mpvss.evaluation.stored_labels import score_predictions

__all__ = [
    "Entrant",
    "FrameCosts",
    "Method",
    "Notes",
    "PredictionWriter",
    "SharedSegmentor",
    "append_rows",
    "check_table",
    "code_version",
    "count_frame_costs",
    "environment",
    "evaluate_pairs",
    "evaluate_videos",
    "file_hash",
    "label_codes",
    "label_file",
    "method_result",
    "predictions_result",
    "score_predictions",
    "score_table",
    "scored_frames",
    "share_segmentors",
]
