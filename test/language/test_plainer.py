import itertools
import time

import pytest

from legion_ros.language.plainer import plainer


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("the can goes in the bin", "put the can in the bin"),
        ("the can can go in the bin", "put the can in the bin"),
        ("everything but the mugs goes in the rubbish", "put everything but the mugs in the rubbish"),
        ("press it; the red can belongs in the drawer.", "press it; put the red can in the drawer"),
        ("the mug goes in the bin and the can goes in the drawer",
         "put the mug in the bin and put the can in the drawer"),
        ("put one ball in the bin and the other in the drawer",
         "put one ball in the bin and the other one in the drawer"),
        ("get all of it off the table and into the trash", "get all of it off the table into the trash"),
        ("open the drawer so that i can look inside", "open the drawer"),
        ("open the drawer so i can look inside, then press it", "open the drawer, then press it"),
        ("both cans go in the drawer", "put both cans in the drawer"),
        ("put two of these things in the bin: the can and the mug", "put the can and the mug in the bin"),
        ("push the mug that is farther away to the left", "push the farther mug to the left"),
        ("ditch the can", "throw out the can"),
        ("chuck out both cans", "throw out both cans"),
        # asking
        ("it would be great if you could open it", "open it"),
        ("i would appreciate it if you would open it", "open it"),
        ("good morning! open it. thank you so much", "! open it"),
        ("press the button to switch everything off", "press the button"),
        ("goodness me, open it, chop chop", "open it"),
        ("righto! open it", "! open it"),
        ("how many times do i have to say it, open it", "open it"),
        ("how many times do i have to say it, do not open it", "do not open it"),
        ("as per the client's request, open it", "open it"),
        ("per nobody's request, open it", "per nobody's request, open it"),
        ("small change of plan: open it", "open it"),
        ("open it, change of plan, press it", "open it, change of plan, press it"),
        ("shut it before somebody bangs into it", "shut it"),
        ("shut it before somebody opens it", "shut it before somebody opens it"),
        ("open it, she is almost home", "open it"),
        ("push it almost home", "push it almost home"),
        ("what a lot of cans! press it", "there are the cans. press it"),
        # what is to be left alone is no part of a reason
        ("open it so that she can not reach it and do not press it", "open it and do not press it"),
        ("open it because i am old and never touch it", "open it and never touch it"),
        ("open it so i can look inside and leave the can alone", "open it and leave the can alone"),
        # stating
        ("the drawer should be open", "have the drawer open"),
        ("the drawer needs closing", "closing the drawer"),
        ("into the bin with the can", "put the can into the bin"),
        ("i want the mug left alone; bin the can", "leave the mug alone; throw out the can"),
        ("put it in the trash can", "put it in the trash can"),
        ("can: bin, ball: drawer", "put can in the bin, put ball in the drawer"),
        # telling the order
        ("once the can is in the bin, press it", "after you have the can in the bin, press it"),
        ("do not press it until the can is in the bin", "press it after you have the can in the bin"),
        ("the last thing to do is press it; first open it", "finally press it; first open it"),
        ("step one: press it. step two: open it", "then press it. then open it"),
        # naming
        ("put the mug in the bin, the blue one i mean", "put the blue mug in the bin"),
        ("apart from the mug, bin everything", "throw out everything except the mug"),
        ("put everything that is not a mug away", "put everything except every mug away"),
        ("whatever is red goes in the bin", "put all the red things in the bin"),
        ("of the two boxes, bin the one nearest to you", "throw out the nearest box"),
        ("push the ball nearest the robot base to the left", "push the nearest ball to the left"),
        ("push the one which is more far away from you to the left", "push the farther one to the left"),
        ("whichever mug's closest to ya, press it", "press the closest mug"),
        ("put the mug in the drawer instead of the bin", "put the mug in the drawer"),
        ("put it in the drawer instead of the drawer", "put it in the drawer instead of the drawer"),
        ("jo's mug is the red one, put it in the bin", "there is the red mug, put it in the bin"),
        # verbs
        ("pop the can in the bin", "put the can in the bin"),
        ("yank the drawer open", "open the drawer"),
        ("bash the button", "press the button"),
        ("hold your gripper over the can", "go to the can"),
    ],
)  # fmt: skip
def test_it_is_said_with_a_verb_in_front(said, plain):
    assert plainer(said) == plain


@pytest.mark.parametrize(
    "said",
    [
        "put the can in the bin",
        "push the other can to the left",
        "go to the can",
        "put the junk in the bin",
        "the table is clear",
        "the drawer is open, so close it",
        "put the mug that is red in the bin",
        "take the can from the table and push it to the left",
    ],
)
def test_what_is_plain_stays_as_it_is(said):
    assert plainer(said) == said


def test_no_repetition_of_small_words_takes_long():
    words = ["the", "and", "all", "one", "that", "but", "in", "to", ",", "put", "not"]
    for first, second in itertools.product(words, repeat=2):
        began = time.process_time()
        plainer(f"{first} {second} " * 100)
        assert time.process_time() - began < 1.0, (first, second)
