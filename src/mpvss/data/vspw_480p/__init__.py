"""VSPW as it was shot enters, VSPW at 480 lines leaves, in the same layout.

`prepare_480p` goes through all clips in several processes; `scale_frame` and `scale_mask` do one file each.
"""

from mpvss.data.vspw_480p.preparation import PreparationReport, prepare_480p
from mpvss.data.vspw_480p.scaling import scale_frame, scale_mask, scaled_size

__all__ = ["PreparationReport", "prepare_480p", "scale_frame", "scale_mask", "scaled_size"]
