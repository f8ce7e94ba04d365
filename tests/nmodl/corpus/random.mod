: RANDOM: streams of NEURON 9. The streams differ, so what is compared is what is true of all numbers they give.
NEURON { SUFFIX random RANGE draws, inside, positive, width RANDOM rng }
ASSIGNED { draws inside positive width }
INITIAL { draws = 0 inside = 0 positive = 0 width = 0 }
BREAKPOINT { SOLVE draw METHOD after_cvode }
PROCEDURE draw() {
    LOCAL u, x
    u = random_uniform(rng, 2, 3)
    x = random_negexp(rng, 1)
    draws = draws + 1
    if (u > 2 && u < 3) { inside = inside + 1 }
    if (x > 0) { positive = positive + 1 }
    x = random_normal(rng, 100, 1)
    if (fabs(x - 100) < 20) { width = width + 1 }
}
