"""Splits of a data set enter, what is wrong with them and what is in them leaves.

`walk` reads every frame through an :class:`~mpvss.data.Inspector`, clip by clip in several processes; `findings` adds
what only shows between clips and splits. Tables, `draw_class_histogram` and `draw_samples` tell a person of it.
`prepare` scales VSPW as it was shot to 480 lines.
"""
