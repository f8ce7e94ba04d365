COMMENT
One side of a gap junction as ParallelContext.target_var wants it: vgap is RANGE, not a POINTER.
ENDCOMMENT

NEURON {
    POINT_PROCESS HalfGap
    ELECTRODE_CURRENT i
    RANGE r, i, vgap
}

PARAMETER {
    r = 1e3 (megohm)
}

ASSIGNED {
    v (millivolt)
    vgap (millivolt)
    i (nanoamp)
}

BREAKPOINT {
    i = (vgap - v) / r
}
