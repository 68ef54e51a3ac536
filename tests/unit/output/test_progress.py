import io
import re

from rich.console import Console

from mpvss.output.progress import progress_bar


def test_the_bar_shows_count_and_rate_in_its_unit():
    bar = progress_bar("frames", shown=False)
    bar.start_task(bar.add_task("dog.mp4", total=10))
    bar.advance(0, 3)
    bar.advance(0, 1)
    console = Console(file=io.StringIO(), width=120)
    console.print(bar.get_renderable())
    text = console.file.getvalue()
    assert "dog.mp4" in text
    assert "4/10" in text
    assert re.search(r"\d frames/s", text)


def test_a_hidden_bar_draws_nothing(capsys):
    with progress_bar("frames", shown=False) as bar:
        bar.advance(bar.add_task("dog.mp4", total=1))
    assert capsys.readouterr().out == ""
