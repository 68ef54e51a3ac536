"""Methods and labelled videos enter; scores, costs and label maps of every method at every interval leave.

All of them are scored in one pass: frames are read once, and methods whose segmentors have the same weights share the
work on key frames (`share_segmentors`). A `Method` with its key frames is a `MethodRun`; `evaluate_videos` and
`evaluate_pairs` feed them, `EvaluationProgress` keeps what is done, so that an interrupted evaluation goes on where it
stopped. Segmentors that have to know which frames come are told (`SeesChunks`). `score_predictions` scores stored label
maps in place of a model. What came of it becomes a `MethodResult`, and rows of a table (`score_table`, `append_rows`).
"""

from mpvss.evaluation.costs import CONVENTION, count_frame_costs
from mpvss.evaluation.method import Method
from mpvss.evaluation.method_result import method_result, predictions_result
from mpvss.evaluation.method_run import MethodRun
from mpvss.evaluation.oracle import GroundTruth
from mpvss.evaluation.pairs import evaluate_pairs
from mpvss.evaluation.predictions import PredictionWriter, label_codes, label_file, score_predictions, scored_frames
from mpvss.evaluation.progress import EvaluationProgress
from mpvss.evaluation.score_table import append_rows, check_table, score_table
from mpvss.evaluation.shared_segmentor import SharedSegmentor, share_segmentors
from mpvss.evaluation.videos import SeesChunks, evaluate_videos

__all__ = [
    "CONVENTION",
    "EvaluationProgress",
    "GroundTruth",
    "Method",
    "MethodRun",
    "PredictionWriter",
    "SeesChunks",
    "SharedSegmentor",
    "append_rows",
    "check_table",
    "count_frame_costs",
    "evaluate_pairs",
    "evaluate_videos",
    "label_codes",
    "label_file",
    "method_result",
    "predictions_result",
    "score_predictions",
    "score_table",
    "scored_frames",
    "share_segmentors",
]
