"""Slots in the place of what a sentence names."""

import pytest

from legion_ros.language.slots import named_kinds, slotted


@pytest.mark.parametrize(
    ("sentence", "expected", "kinds"),
    [
        ("stack the blocks", "stack {objects}", ("block",)),
        ("Stack the red block on a blue box.", "stack {object} on {object}", ("block", "box")),
        ("pile up all the boxes", "pile up {objects}", ("box",)),
        ("put that cup in the trash can", "put {object} in {bin}", ("mug",)),
        ("lift {object} over {drawer}", "lift {object} over {drawer}", ()),
        ("sing a song", "sing a song", ()),
    ],
)
def test_things_become_slots_and_tell_their_kinds(sentence, expected, kinds):
    assert slotted(sentence) == expected
    assert named_kinds(sentence) == kinds
