from mpvss.commands.folder_name import folder_name

LONG = ",".join(f"data.key_{number}={number:03}" for number in range(20))


def test_a_short_name_stays_as_it_is():
    assert folder_name("0_backbone=tiny,data.batch_size=2,interval=5") == "0_backbone=tiny,data.batch_size=2,interval=5"


def test_a_path_makes_no_folders_below():
    assert folder_name("1_weights=/runs/a/best.ckpt") == "1_weights=-runs-a-best.ckpt"


def test_a_long_name_keeps_number_groups_and_interval():
    assert folder_name(f"12_+trainer.fast=1,backbone=tiny,{LONG},interval=5") == "12_backbone=tiny,interval=5"


def test_what_is_still_too_long_is_cut_within_the_limit_of_file_systems():
    name = folder_name(f"7_weights={'ä' * 300}")
    assert name.startswith("7_weights=ää")
    assert 195 < len(name.encode()) <= 200
