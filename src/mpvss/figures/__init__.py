"""A model and frames enter, figures of what it does with them leave."""

from mpvss.figures.showcase import write_contact_sheet, write_overlay_video

__all__ = ["write_contact_sheet", "write_overlay_video"]
