"""The same seed gives the same plan, and everybody's plan is their own."""

from itertools import islice

from shop.simulate import plan


def planned(seed: int) -> tuple:
    return (
        [list(islice(plan.errands(seed, number), 40)) for number in range(5)],
        [list(islice(plan.chores(seed, number), 40)) for number in range(2)],
        list(islice(plan.deeds(seed), 40)),
        plan.blows(seed, 60),
    )


def test_the_same_seed_gives_the_same_plan_and_another_seed_another():
    assert planned(7) == planned(7)
    assert all(one != other for one, other in zip(planned(7), planned(8), strict=True))


def test_everybody_has_a_plan_of_their_own():
    assert len({tuple(islice(plan.errands(7, number), 5)) for number in range(50)}) == 50
    assert list(islice(plan.chores(7, 0), 5)) != list(islice(plan.chores(7, 1), 5))


def test_a_crowd_does_everything_there_is_to_do():
    visits = [errand for number in range(20) for errand in islice(plan.errands(1, number), 50)]

    assert {errand.way for errand in visits} == set(plan.WAYS)
    assert {card for errand in visits for card in errand.cards} == set(plan.CARDS)
    assert {ware for errand in visits for ware, _ in errand.wishes} == set(range(plan.WARES))
    assert {chore.do for chore in islice(plan.chores(1, 0), 400)} == set(plan.CHORES)
    assert {deed.do for deed in islice(plan.deeds(1), 400)} == set(plan.DEEDS)


def test_blows_fall_in_order_while_the_doors_are_open_and_a_hold_is_released():
    for seed in range(20):
        blows = plan.blows(seed, 120)
        held = [blow for blow in blows if blow.body.get("what") == "hold"]

        assert [blow.at for blow in blows] == sorted(blow.at for blow in blows)
        assert all(0 < blow.at < 120 for blow in blows)
        assert sum(blow.kind == "kill" for blow in blows) == 6
        assert sum(blow.kind == "release" for blow in blows) == len(held)


def test_the_clock_never_runs_so_far_ahead_that_no_signature_counts():
    for seed in range(20):
        ahead = sum(blow.body["advance"] for blow in plan.blows(seed, 600) if blow.kind == "clock")
        assert ahead < 300
