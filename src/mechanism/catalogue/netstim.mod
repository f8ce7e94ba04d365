COMMENT
Source of spikes, regular or random, that needs no cell.

Successive intervals are

    (1 - noise) interval + noise interval X,   X exponential with mean 1

so noise = 0 gives a clock and noise = 1 a Poisson process. The first spike comes at
start + noise interval X, that is at start itself without noise. A train has at most
`number` spikes.

An event of positive weight that arrives while the source is silent starts a new train,
whose first spike follows after noise interval X; an event of negative weight silences
the source. Positive events that arrive during a train have no effect, nor have those of
weight 0.

    interval   mean time between spikes                   ms
    number     spikes in a train                          1
    start      time of the first spike; below 0: none     ms
    noise      random part of the intervals, 0 to 1       1

The numbers come from the instance's own counter-based stream: J. K. Salmon, M. A. Moraes,
R. O. Dror and D. E. Shaw (2011), Parallel random numbers: as easy as 1, 2, 3, Proc. SC11,
DOI 10.1145/2063384.2063405. One number is drawn per interval, also for the interval after
the last spike.
ENDCOMMENT

NEURON {
    ARTIFICIAL_CELL NetStim
    RANGE interval, number, start, noise
    RANDOM ranvar
}

PARAMETER {
    interval = 10 (ms) <1e-9, 1e9>
    number = 10 <0, 1e9>
    start = 50 (ms)
    noise = 0 <0, 1>
}

ASSIGNED {
    on
    ispike
}

INITIAL {
    LOCAL wait
    on = 0
    ispike = 0
    if (noise < 0) {
        noise = 0
    }
    if (noise > 1) {
        noise = 1
    }
    if (start >= 0 && number > 0) {
        on = 1
        wait = start + next_interval() - interval * (1 - noise)
        : Rounding may take it below zero.
        if (wait < 0) {
            wait = 0
        }
        net_send(wait, 3)
    }
}

: Flags: 0 an event from outside, 1 a spike of the running train, 3 the first train begins.
NET_RECEIVE (w) {
    LOCAL wait
    if (flag == 0) {
        if (w > 0 && on == 0 && number > 0) {
            on = 1
            ispike = 0
            wait = next_interval() - interval * (1 - noise)
            if (wait < 0) {
                wait = 0
            }
            net_send(wait, 1)
        } else if (w < 0) {
            on = 0
        }
    } else if (flag == 3) {
        : An earlier event from outside may have silenced the source, or begun a train.
        if (on == 1) {
            ispike = 0
            net_send(0, 1)
        }
    } else if (on == 1) {
        ispike = ispike + 1
        net_event(t)
        wait = next_interval()
        if (ispike < number) {
            net_send(wait, 1)
        } else {
            on = 0
        }
    }
}

FUNCTION next_interval() (ms) {
    LOCAL mean
    mean = interval
    : An interval of zero would never let time advance.
    if (mean <= 0) {
        mean = 0.01
    }
    if (noise == 0) {
        next_interval = mean
    } else {
        next_interval = (1 - noise) * mean + noise * mean * random_negexp(ranvar)
    }
}
