//! NMODL in, kernels out: what each construct is lowered to.

mod ir_common;

use ir_common::{World, kernel, lines, lowered, lowered_with, tidy};
use volley::ir::{Module, Options, Place, Role, Stage, dump};

/// A density mechanism with a parameter p, a global g, assigned a, b, c, states x, y, and more text.
fn density(more: &str) -> String {
    format!(
        "NEURON {{ SUFFIX test RANGE p, q, a, b, c GLOBAL g }}
         PARAMETER {{ p = 2 q = 3 g = 5 }}
         STATE {{ x y }}
         ASSIGNED {{ v (mV) a b c }}
         {more}"
    )
}

fn initial(statements: &str) -> Module {
    tidy(&density(&format!("INITIAL {{ {statements} }}")))
}

/// Lines of INITIAL, without those of the states.
fn initial_lines(statements: &str) -> Vec<String> {
    let mut lines = lines(&initial(statements), Stage::Initial);
    lines.retain(|line| !line.starts_with("x = ") && !line.starts_with("y = "));
    lines
}

#[test]
fn statements_see_what_was_set_before() {
    assert_eq!(initial_lines("a = p  b = a + 1  a = b * q"), ["_1 = p + 1", "a = _1 * q", "b = _1"]);
}

#[test]
fn states_start_from_zero_or_from_their_start_value() {
    let module = tidy(&density("INITIAL { y = x + 1 }"));
    assert_eq!(lines(&module, Stage::Initial), ["x = 0", "y = 1"]);
    let text = "NEURON { SUFFIX s RANGE x0 } PARAMETER { x0 = 3 } STATE { x } INITIAL { }";
    assert_eq!(lines(&tidy(text), Stage::Initial), ["x = x0"]);
    let text = "NEURON { SUFFIX s } STATE { x }";
    assert_eq!(lines(&tidy(text), Stage::Initial), ["x = 0"]);
}

#[test]
fn branches_become_selects() {
    assert_eq!(
        initial_lines("if (v > p) { a = 1 } else if (v < q) { a = 2 b = 3 } else { a = 4 }"),
        [
            "_1 = p < v",
            "_2 = v < q",
            "a = select(_1, 1, select(_2, 2, 4))",
            "b = select(_1, b, select(_2, 3, b))"
        ]
    );
}

#[test]
fn known_branches_are_taken() {
    assert_eq!(initial_lines("if (1 < 2) { a = 1 } else { a = fabs(v) }"), ["a = 1"]);
}

#[test]
fn calls_are_inlined_with_their_own_names() {
    let module = tidy(&density(
        "INITIAL { LOCAL k k = 7 a = twice(p + k) b = nothing(q) set(k) }
         FUNCTION twice(k) { LOCAL p p = 2 twice = p * k k = 0 }
         FUNCTION nothing(k) { }
         PROCEDURE set(u) { c = u + 1 }",
    ));
    let found = lines(&module, Stage::Initial);
    assert_eq!(found, ["x = 0", "y = 0", "a = 2 * (p + 7)", "b = 0", "c = 8"]);
}

#[test]
fn a_function_may_read_its_own_value() {
    let module = tidy(&density(
        "INITIAL { a = floored(v) } FUNCTION floored(u) { floored = u if (floored < 3) { floored = 3 } }",
    ));
    assert_eq!(lines(&module, Stage::Initial)[2], "a = select(v < 3, 3, v)");
}

#[test]
fn loops_are_unrolled_and_elements_are_known() {
    let text = "NEURON { SUFFIX s RANGE z } ASSIGNED { z[3] v } DEFINE N 3
        INITIAL { LOCAL k, w[2] k = 0 w[1] = v FROM i = 0 TO N-1 { z[i] = k + w[1] k = k + i } }";
    assert_eq!(lines(&tidy(text), Stage::Initial), ["z[0] = v", "z[1] = v", "z[2] = 1 + v"]);
}

#[test]
fn masks_of_effects_are_joined() {
    let text = "NEURON { POINT_PROCESS s RANGE p } PARAMETER { p = 1 }
        NET_RECEIVE (w) { if (flag == 1) { if (w > p) { net_send(p, 2) } else { net_event(t) } } net_move(t + 1) }";
    assert_eq!(
        lines(&tidy(text), Stage::Receive),
        [
            "_1 = flag == 1",
            "_2 = p < w",
            "net_send(p, 2) if _1 && _2",
            "net_event(t) if _1 && !_2",
            "net_move(t + 1)"
        ]
    );
}

#[test]
fn events_set_states_weights_and_start_values_of_weights() {
    let text = "NEURON { POINT_PROCESS s } STATE { x }
        NET_RECEIVE (w, last, n) { INITIAL { last = t n = 1 }
            state_discontinuity(x, x + w * exp(last - t)) last = t }";
    let module = tidy(text);
    assert_eq!(module.weights, ["w", "last", "n"]);
    assert_eq!(lines(&module, Stage::ReceiveInitial), ["last = t", "n = 1"]);
    assert_eq!(lines(&module, Stage::Receive), ["x = x + w * exp(last - t)", "last = t"]);
}

#[test]
fn draws_keep_order_and_take_masks() {
    let text = "NEURON { ARTIFICIAL_CELL s RANDOM r RANGE p } PARAMETER { p = 1 } ASSIGNED { a b }
        NET_RECEIVE (w) {
            a = random_uniform(r, 2, 4) + random_negexp(r, p)
            if (w > 0 && random_normal(r, 1, 3) > 0) { b = random_uniform(r) }
        }";
    assert_eq!(
        lines(&tidy(text), Stage::Receive),
        [
            "_1 = random_uniform(r)",
            "_2 = random_negexp(r)",
            "_3 = 0 < w",
            "_4 = random_normal(r) if _3",
            "_5 = _3 && 0 < 1 + _4 * 3",
            "_6 = random_uniform(r) if _5",
            "a = 2 + _1 * 2 + _2 * p",
            "b = select(_5, _6, b)"
        ]
    );
}

#[test]
fn requests_stand_in_their_order_also_in_loops() {
    let text = "NEURON { POINT_PROCESS s RANGE p } PARAMETER { p = 1 } ASSIGNED { v x }
        NET_RECEIVE (w) { net_send(1, 2) FOR_NETCONS (u) { w = w + u net_event(t) } WATCH (x > p) 3 net_move(t) }";
    let module = tidy(text);
    assert_eq!(
        lines(&module, Stage::Receive),
        [
            "net_send(1, 2)",
            "_1 = carry 0",
            "_2 = loop {",
            "_3 = _1 < connections()",
            "_4 = w",
            "_5 = connection[_1].w",
            "w = _4 + _5 if _3",
            "net_event(t) if _3",
            "_6 = select(_3, _1 + 1, _1)",
            "_7 = next _1 = _6",
            "_8 = } repeat while _3 && _6 < connections()",
            "watch(x - p > 0) 3",
            "net_move(t)",
        ]
    );
    assert_eq!(lines(&module, Stage::Watch), ["watch0 = x - p"]);
}

#[test]
fn times_of_a_list_are_played() {
    let text = "NEURON { ARTIFICIAL_CELL s } ASSIGNED { i }
        INITIAL { i = 0 if (play_size() > 0) { net_send(play_at(0), 1) } } NET_RECEIVE (w) { net_event(t) }";
    let module = tidy(text);
    assert!(module.plays);
    assert_eq!(lines(&module, Stage::Initial), ["net_send(play_at(0), 1) if 0 < play_size()", "i = 0"]);
}

/// The kernel `state` of a mechanism with these equations.
fn solved(method: &str, equations: &str) -> Vec<String> {
    let text = density(&format!("BREAKPOINT {{ SOLVE s METHOD {method} }} DERIVATIVE s {{ {equations} }}"));
    lines(&tidy(&text), Stage::State)
}

#[test]
fn relaxation_is_solved_without_spurious_divisions() {
    assert_eq!(solved("cnexp", "x' = (a - x) / p"), ["x = x + (1 - exp(-(dt / p))) * (a - x)"]);
}

#[test]
fn decay_is_a_factor() {
    assert_eq!(solved("cnexp", "x' = -x / p"), ["x = x * exp(-(dt / p))"]);
    assert_eq!(solved("cnexp", "x' = -p * x"), ["x = x * exp(-(dt * p))"]);
}

#[test]
fn opening_and_closing_rates_are_solved() {
    assert_eq!(
        solved("cnexp", "x' = p * (1 - x) - q * x"),
        ["_1 = p + q", "x = x + (1 - exp(-(_1 * dt))) * (p / _1 - x)"]
    );
}

#[test]
fn inflow_and_decay_share_the_time_constant() {
    assert_eq!(
        solved("cnexp", "x' = -a * q - (x - b) / p"),
        ["x = x + (1 - exp(-(dt / p))) * (b - a * q * p - x)"]
    );
}

#[test]
fn a_slope_without_the_state_is_a_straight_line() {
    assert_eq!(solved("cnexp", "x' = p * v"), ["x = x + dt * (p * v)"]);
}

#[test]
fn later_equations_see_advanced_states_as_in_neuron() {
    assert_eq!(
        solved("cnexp", "x' = -x  y' = x - y"),
        ["_1 = exp(-dt)", "_2 = x * _1", "x = _2", "y = y + (1 - _1) * (_2 - y)"]
    );
}

#[test]
fn a_coefficient_made_of_the_state_before_counts_as_held() {
    // As in NEURON, linear is what the equation says, not what stands behind its names.
    assert_eq!(
        solved("cnexp", "a = x * x  x' = -a * x"),
        ["_1 = x * x", "x = x * exp(-(dt * _1))", "a = _1"]
    );
}

#[test]
fn procedures_are_called_before_equations() {
    let text = density(
        "BREAKPOINT { SOLVE s METHOD cnexp } DERIVATIVE s { rates(v) x' = (a - x) / b }
         PROCEDURE rates(u) { LOCAL k k = exp(u / 10) a = k / (k + 1) b = p }",
    );
    assert_eq!(
        lines(&tidy(&text), Stage::State),
        [
            "_1 = exp(v / 10)",
            "_2 = _1 / (_1 + 1)",
            "x = x + (1 - exp(-(dt / p))) * (_2 - x)",
            "a = _2",
            "b = p"
        ]
    );
}

#[test]
fn equations_may_stand_in_branches() {
    assert_eq!(
        solved("cnexp", "if (v > 0) { x' = -x / p } else { x' = -x / q }"),
        ["x = select(0 < v, x * exp(-(dt / p)), x * exp(-(dt / q)))"]
    );
}

#[test]
fn euler_takes_all_slopes_before_the_step() {
    assert_eq!(solved("euler", "x' = y * y  y' = x"), ["x = x + dt * (y * y)", "y = y + dt * x"]);
}

#[test]
fn a_procedure_can_be_solved() {
    let text = density("BREAKPOINT { SOLVE step } PROCEDURE step() { x = x + dt * v }");
    assert_eq!(lines(&tidy(&text), Stage::State), ["x = x + dt * v"]);
}

#[test]
fn without_a_current_all_of_breakpoint_follows_the_states() {
    let text = density("BREAKPOINT { SOLVE s METHOD cnexp a = x } DERIVATIVE s { x' = -x }");
    let module = tidy(&text);
    assert!(module.current.is_none());
    assert_eq!(lines(&module, Stage::State), ["_1 = x * exp(-dt)", "x = _1", "a = _1"]);
}

#[test]
fn currents_of_a_density_mechanism() {
    let text = "NEURON { SUFFIX s USEION na READ ena WRITE ina NONSPECIFIC_CURRENT i RANGE g }
        PARAMETER { g = 1 } ASSIGNED { v ena ina i }
        BREAKPOINT { ina = g * (v - ena) i = g * exp(v) }";
    let module = tidy(text);
    assert_eq!(
        lines(&module, Stage::Current),
        [
            "_1 = g * (v - ion ena)",
            "_2 = g * exp(v)",
            "rhs += -(_1 + _2)",
            "diagonal += g + _2",
            "ion ina += _1",
            "ina = _1",
            "i = _2"
        ]
    );
    assert!(module.variable("i").is_some_and(|i| i.visible && i.role == Role::Assigned));
}

#[test]
fn a_shifted_copy_of_v_is_the_mechanism_s_own() {
    let text = "NEURON { SUFFIX s NONSPECIFIC_CURRENT i } ASSIGNED { v i }
        BREAKPOINT { v = v + 10 i = v * v v = v - 10 }";
    assert_eq!(
        lines(&tidy(text), Stage::Current),
        ["_1 = v + 10", "_2 = _1 * _1", "rhs += -_2", "diagonal += _1 + _1", "i = _2"]
    );
}

#[test]
fn currents_of_a_point_process_and_an_electrode() {
    let text = "NEURON { POINT_PROCESS s ELECTRODE_CURRENT i RANGE r, w } PARAMETER { r = 1 w = 0 }
        ASSIGNED { v i } BREAKPOINT { i = (w - v) / r }";
    assert_eq!(
        lines(&tidy(text), Stage::Current),
        ["_1 = (w - v) / r", "rhs += _1 * point_scale", "diagonal += 1 / r * point_scale", "i = _1"]
    );
}

#[test]
fn what_is_read_of_an_ion_and_what_is_written() {
    let text = "NEURON { SUFFIX s USEION ca READ cai, ica WRITE eca } ASSIGNED { cai eca ica v }
        BREAKPOINT { eca = 12 * log(2 / cai) + ica }";
    assert_eq!(lines(&tidy(text), Stage::State), ["ion eca = 12 * log(2 / ion cai) + ion ica"]);
}

#[test]
fn an_ion_s_concentration_can_be_a_state() {
    let text = "NEURON { SUFFIX s USEION ca READ ica, cai WRITE cai RANGE p } PARAMETER { p = 10 }
        ASSIGNED { ica } STATE { cai } BREAKPOINT { SOLVE s METHOD cnexp } DERIVATIVE s { cai' = -ica - cai / p }";
    let module = tidy(text);
    assert_eq!(
        lines(&module, Stage::State),
        ["ion cai = ion cai - (1 - exp(-(dt / p))) * (ion ica * p + ion cai)"]
    );
    // It starts from the ion's value.
    assert!(module.initial.is_none());
}

const TABLED: &str = "NEURON { SUFFIX s RANGE minf, mtau GLOBAL g NONSPECIFIC_CURRENT i }
    PARAMETER { g = 2 } ASSIGNED { v i minf mtau celsius } STATE { m }
    BREAKPOINT { SOLVE s METHOD cnexp i = m + f(v) } INITIAL { rates(v) m = minf }
    DERIVATIVE s { rates(v) m' = (minf - m) / mtau }
    PROCEDURE rates(u) { TABLE minf, mtau DEPEND celsius FROM -100 TO 100 * g WITH 200
        minf = 1 / (1 + exp(-u)) mtau = g * celsius }
    FUNCTION f(u) { TABLE FROM 0 TO 1 WITH 10  f = u * u }";

#[test]
fn tables_are_looked_up() {
    let module = tidy(TABLED);
    assert_eq!(
        lines(&module, Stage::State),
        [
            "_1 = lookup(rates[0], v)",
            "_2 = lookup(rates[1], v)",
            "minf = _1",
            "mtau = _2",
            "m = m + (1 - exp(-(dt / _2))) * (_1 - m)"
        ]
    );
    assert_eq!(
        lines(&module, Stage::Current),
        ["_1 = m + lookup(f[0], v)", "rhs += -_1", "diagonal += slope(f[0], v)", "i = _1"]
    );
    let text = dump::module(&module);
    assert!(text.contains("table rates with 200 intervals, 2 columns"), "{text}");
    assert!(text.contains("range {\n    result[0] = -100\n    result[1] = 100 * g\n}"), "{text}");
    assert!(
        text.contains("body {\n    result[0] = 1 / (1 + exp(-x))\n    result[1] = g * celsius\n}"),
        "{text}"
    );
    assert_eq!(module.global("usetable").map(|u| u.default), Some(1.0));
}

#[test]
fn tables_can_be_left_out() {
    let module = lowered_with(TABLED, &Options { tables: false, ..Options::default() })
        .unwrap_or_else(|said| panic!("{said}"));
    assert!(module.tables.is_empty());
    assert!(!dump::module(&module).contains("lookup"));
}

#[test]
fn a_shared_temporary_is_not_stored() {
    let text = density("BREAKPOINT { SOLVE s METHOD cnexp } DERIVATIVE s { g = exp(v) x' = -x / g }");
    assert_eq!(lines(&tidy(&text), Stage::State), ["x = x * exp(-(dt / exp(v)))"]);
}

#[test]
fn a_shared_variable_that_is_the_same_for_all_is_stored() {
    let text =
        density("INITIAL { g = 3 ^ ((celsius - 6.3) / 10) } BREAKPOINT { a = g }  ASSIGNED { celsius }");
    let module = tidy(&text);
    assert_eq!(lines(&module, Stage::Initial)[2], "global g = 3 ^ ((celsius - 6.3) / 10)");
    assert_eq!(lines(&module, Stage::State), ["a = g"]);
}

/// The message for a text that is refused.
fn refused(text: &str) -> String {
    match lowered(text) {
        Ok(module) => panic!("taken as\n{}", dump::module(&module)),
        Err(message) => message,
    }
}

/// The shared variables that pass from one instance to the next.
fn serial(module: &Module) -> Vec<String> {
    module.serial.iter().map(|carried| module.global_name(carried.id)).collect()
}

#[test]
fn a_shared_variable_that_carries_values_between_instances_is_stored_for_each() {
    let module = tidy(&density("INITIAL { g = v } BREAKPOINT { a = g }"));
    assert_eq!(serial(&module), ["g"]);
    assert!(module.serial[0].read.is_some() && module.serial[0].set.is_some());
    assert!(lines(&module, Stage::Initial).contains(&"global g = v".to_string()));
    // Each of these kernels is fine on its own; what must run in sequence reads what it stores.
    assert!(module.kernels().all(|(_, kernel)| !module.in_sequence(kernel)));
    let module = tidy(&density("BREAKPOINT { a = g  g = g + 1 }"));
    assert_eq!(serial(&module), ["g"]);
    assert!(lines(&module, Stage::State).contains(&"global g = g + 1".to_string()));
    assert!(module.state.as_ref().is_some_and(|kernel| module.in_sequence(kernel)));
    let module = tidy(&density("BREAKPOINT { if (v > 0) { g = 1 } a = g }"));
    assert_eq!(serial(&module), ["g"]);
    assert_eq!(lines(&module, Stage::State).last().unwrap(), "global g = _1");
}

#[test]
fn what_is_kept_for_one_shared_variable_keeps_another() {
    // `g` passes on, and is made from what `h` was left as.
    let text = "NEURON { SUFFIX two RANGE a GLOBAL g, h } ASSIGNED { v a g h } \
                INITIAL { h = v } BREAKPOINT { a = g g = h h = v }";
    let module = tidy(text);
    assert_eq!(serial(&module), ["g", "h"]);
}

#[test]
fn a_shared_variable_passes_on_unless_the_next_instance_is_sure_to_find_the_same() {
    for (code, wanted) in [
        // What saves work: the second time the condition fails, and nothing is another.
        ("if (celsius != g) { g = celsius }", vec![]),
        ("if (celsius != g) { g = celsius  h = 2*celsius }  a = h", vec![]),
        // A condition around both hides it: taken for passing on, which is slower but never wrong.
        ("if (t > 3) { if (celsius != g) { g = celsius  h = 2*celsius }  a = h }", vec!["g", "h"]),
        ("if (t > 3) { if (celsius != g) { g = celsius  h = 2*celsius } }  a = h", vec![]),
        ("h = 2*celsius  g = h  a = g", vec![]),
        // Later instances see the new `g`.
        ("a = g  g = t", vec!["g"]),
        ("g = g + 1  a = g", vec!["g"]),
        // Nothing is made from it, so it is left out.
        ("g = g + 1", vec![]),
        ("g = g + t  h = h + g", vec![]),
        // Only the first instance gets its own `a`.
        ("if (celsius != g) { g = celsius  a = 1 }", vec!["g"]),
        ("if (t >= g) { a = 1  g = t + 5 } else { a = 0 }", vec!["g"]),
        // The condition that failed for the first instance holds for the next one.
        ("if (g == 1) { h = 5 }  g = 1  a = h", vec!["g", "h"]),
        ("if (t > g) { if (t > 2*g) { g = t } else { g = celsius } }  a = g", vec!["g"]),
    ] {
        let text = format!(
            "NEURON {{ SUFFIX passes RANGE a GLOBAL g, h }} ASSIGNED {{ v celsius t a g h }} BREAKPOINT {{ {code} }}"
        );
        assert_eq!(serial(&tidy(&text)), wanted, "{code}");
    }
}

#[test]
fn the_current_is_computed_twice_where_an_instance_s_own_variable_passes_on() {
    let lines_of = |code: &str| {
        let text = format!(
            "NEURON {{ SUFFIX twice NONSPECIFIC_CURRENT i RANGE n, m }} ASSIGNED {{ v t i n m }} \
             BREAKPOINT {{ {code}  i = v*v }}"
        );
        lines(&tidy(&text), Stage::Current).join("; ")
    };
    assert!(lines_of("n = n + 1").contains("n = n + 1 + 1"), "{}", lines_of("n = n + 1"));
    // The second run finds what the first one left.
    assert!(lines_of("m = n  n = t").contains("m = t"), "{}", lines_of("m = n  n = t"));
    let saves = "if (t > n) { n = t  m = exp(n) }";
    assert_eq!(lines_of(saves).matches("exp").count(), 1, "{}", lines_of(saves));
}

#[test]
fn the_current_is_computed_twice_where_a_shared_variable_passes_on() {
    let text = |uses: &str| {
        format!(
            "NEURON {{ SUFFIX twice NONSPECIFIC_CURRENT i RANGE seen GLOBAL g }} ASSIGNED {{ v i g seen }} \
             BREAKPOINT {{ g = 2*g + v  seen = g  i = v*v{uses} }}"
        )
    };
    let module = tidy(&text(""));
    let lines_of = |module: &Module| lines(module, Stage::Current).join("; ");
    assert_eq!(lines_of(&module).matches("v + 0.001").count(), 1, "{}", lines_of(&module));
    assert!(lines_of(&module).contains("global g = "), "{}", lines_of(&module));
    assert!(!lines_of(&module).contains("/ 0.001"), "{}", lines_of(&module));
    // Where the current depends on it, so does NEURON's slope.
    let module = tidy(&text(" + g"));
    assert!(lines_of(&module).contains("/ 0.001"), "{}", lines_of(&module));
}

#[test]
fn a_column_that_holds_its_own_variable_is_read_from_it() {
    let text = "NEURON { SUFFIX own GLOBAL inf, fac, tau } PARAMETER { tau = 5 } ASSIGNED { v inf fac } STATE { n } \
                BREAKPOINT { SOLVE s METHOD cnexp } DERIVATIVE s { rates(v) n' = fac*(inf - n)/tau } \
                PROCEDURE rates(v) { TABLE inf, fac, tau FROM -100 TO 100 WITH 50 \
                inf = exp(v) fac = 1/(1 + tau) }";
    let module = tidy(text);
    assert!(module.serial.is_empty());
    let state = lines(&module, Stage::State).join("; ");
    assert!(state.contains("/ tau") && !state.contains("rates[2]"), "{state}");
}

#[test]
fn rows_of_a_table_see_the_row_before() {
    let text = |slope: &str| {
        format!(
            "NEURON {{ SUFFIX rows GLOBAL inf, fac, tau }} ASSIGNED {{ v inf fac tau }} STATE {{ n }} \
             BREAKPOINT {{ SOLVE s METHOD cnexp }} DERIVATIVE s {{ rates(v) n' = {slope}(inf - n)/tau }} \
             PROCEDURE rates(v) {{ TABLE inf, fac, tau FROM -100 TO 100 WITH 50 \
             inf = exp(v) fac = 1/(1 + tau) tau = 2 + exp(-v) }}"
        )
    };
    let body = |module: &Module| {
        let text = dump::module(module);
        text.split("body {").nth(1).unwrap().split('}').next().unwrap().to_string()
    };
    let used = tidy(&text("fac*"));
    assert!(used.serial.is_empty());
    assert!(body(&used).contains("1 / (1 + tau)") && body(&used).contains("global tau"), "{}", body(&used));
    let unused = tidy(&text(""));
    assert!(unused.serial.is_empty());
    assert!(!body(&unused).contains("(1 + tau)") && !body(&unused).contains("global"), "{}", body(&unused));
}

#[test]
fn what_cannot_be_run_instance_by_instance_is_refused() {
    let table = "NEURON { SUFFIX bad GLOBAL g, inf } ASSIGNED { v g inf } STATE { n } INITIAL { g = v } \
                 BREAKPOINT { SOLVE s METHOD cnexp } DERIVATIVE s { rates(v) n' = inf - n } \
                 PROCEDURE rates(v) { TABLE inf FROM -100 TO 100 WITH 50 inf = g*v }";
    let message = refused(table);
    assert!(message.contains("the value of `g` would pass from one instance to the next"), "{message}");
    assert!(message.contains("A TABLE is made once for all instances"), "{message}");
    // Each block runs for all instances before the next one.
    for text in [
        "INITIAL { g = g + 1 } BEFORE INITIAL { g = 0 } BREAKPOINT { a = g }",
        "BEFORE INITIAL { g = v } INITIAL { a = g }",
        "BREAKPOINT { SOLVE s METHOD cnexp } DERIVATIVE s { g = v x' = g - x } AFTER SOLVE { a = g }",
        "BREAKPOINT { SOLVE s METHOD cnexp } DERIVATIVE s { x' = g - x } AFTER SOLVE { g = v }",
    ] {
        assert_eq!(serial(&tidy(&density(text))), ["g"], "{text}");
    }
    // What all instances set to the same, and what each sets before it reads it, may be in several blocks.
    tidy(&density("BEFORE INITIAL { g = 2 } INITIAL { a = g }"));
    tidy(&density("BEFORE INITIAL { g = v  a = g } INITIAL { g = 2*v  b = g }"));
    let read = "AFTER SOLVE { a = g } BREAKPOINT { SOLVE s METHOD cnexp } DERIVATIVE s { x' = g - x } INITIAL { g = v }";
    assert_eq!(serial(&tidy(&density(read))), ["g"]);
}

#[test]
fn what_is_not_supported_is_refused_with_its_place() {
    let point = "NEURON { POINT_PROCESS s RANGE p } PARAMETER { p = 1 } ASSIGNED { v }";
    let cases: Vec<(String, &str)> = vec![
        (density("INITIAL { VERBATIM\nfoo();\nENDVERBATIM\n }"), "VERBATIM is not supported yet"),
        (
            density(
                "BREAKPOINT { SOLVE s METHOD sparse } KINETIC s { FROM i = 0 TO p { ~ x <-> y (1, 2) } }",
            ),
            "a reaction cannot stand here",
        ),
        (
            density(
                "BREAKPOINT { SOLVE s METHOD sparse } KINETIC s { LONGITUDINAL_DIFFUSION 1 { x } ~ x <-> y (1, 2) }",
            ),
            "`x` diffuses, but has no volume",
        ),
        (
            density("BREAKPOINT { SOLVE s METHOD sparse } DERIVATIVE s { x' = -x }"),
            "the method `sparse` cannot solve `s`",
        ),
        (density("BREAKPOINT { SOLVE s } LINEAR s { ~ x * y = 1  ~ x = 2 }"), "not linear in its states"),
        (density("BREAKPOINT { SOLVE s } LINEAR s { ~ x + y = 1 }"), "has 1 equation for 2 states"),
        (
            density("INITIAL { SOLVE s STEADYSTATE runge } DERIVATIVE s { x' = -x }"),
            "STEADYSTATE with `runge` is not supported",
        ),
        (
            density("INITIAL { a = tau(1, 2, 3) } FUNCTION_TABLE tau(i, j, k)"),
            "the FUNCTION_TABLE `tau` has 3 arguments",
        ),
        (
            density("INITIAL { SOLVE s } DISCRETE s { x = x@1001 }"),
            "values of so many steps ago are not kept",
        ),
        (
            "NEURON { SUFFIX s EXTERNAL x_other } ASSIGNED { x_other v } INITIAL { x_other = 1 }".into(),
            "the EXTERNAL `x_other` is set",
        ),
        (format!("{point} NET_RECEIVE (w) {{ WATCH (v >= 1) 2 }}"), "a WATCH needs one comparison"),
        (
            format!("{point} NET_RECEIVE (w) {{ FOR_NETCONS (u, x) {{ u = 1 }} }}"),
            "`FOR_NETCONS` has 2 arguments",
        ),
        ("NEURON { SUFFIX nothing } PROCEDURE f() { }".into(), "`SUFFIX nothing` defines no mechanism"),
    ];
    for (text, expected) in cases {
        let message = refused(&text);
        assert!(message.contains(expected), "for {text}\nexpected {expected}\n{message}");
        assert!(message.contains("--> test.mod:"), "no place: {message}");
    }
}

#[test]
fn all_refusals_are_shown_at_once() {
    let message = refused(&density(
        "INITIAL { VERBATIM\n ENDVERBATIM a = erf(v) a = f(v, v, v) } BEFORE STEP { RESET } FUNCTION_TABLE f(i, j, k)",
    ));
    for expected in ["VERBATIM is not", "`erf` is not supported", "RESET is not", "the FUNCTION_TABLE `f`"] {
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn runaway_code_is_refused_quickly() {
    let doubling = |body: &str| -> String {
        let calls: String =
            (1..=40).map(|i| format!("PROCEDURE p{i}() {{ p{0}() p{0}() }} ", i - 1)).collect();
        density(&format!("INITIAL {{ p25() }} PROCEDURE p0() {{ {body} }} {calls}"))
    };
    for text in [
        doubling(""),
        doubling("a = a + exp(a)"),
        density("INITIAL { FROM i = 1 TO 9000 { FROM j = 1 TO 9000 { a = a + v } } }"),
        density("INITIAL { FROM i = 1 TO 9000 { FROM j = 1 TO 9000 { FROM k = 1 TO 9000 { } } } }"),
    ] {
        let message = refused(&text);
        assert!(message.contains("more than 300000 operations"), "{message}");
    }
}

/// What a mechanism was warned of.
fn warned(text: &str) -> Vec<&'static str> {
    let module = lowered(text).unwrap_or_else(|said| panic!("{said}"));
    module.warnings.iter().map(|said| said.code).collect()
}

#[test]
fn cnexp_gives_way_to_derivimplicit_with_a_warning() {
    let text =
        |body: &str| density(&format!("BREAKPOINT {{ SOLVE s METHOD cnexp }} DERIVATIVE s {{ {body} }}"));
    assert_eq!(warned(&text("x' = -x * x")), ["nmodl/not-linear"]);
    assert_eq!(warned(&text("x' = exp(x)")), ["nmodl/not-linear"]);
    assert!(warned(&text("x' = -x * a")).is_empty());
    assert_eq!(warned(&density("INITIAL { printf(\"x\") }")), ["nmodl/printf"]);
}

#[test]
fn a_cache_in_shared_variables_is_stored() {
    let cached = "NEURON { SUFFIX s GLOBAL g, h } ASSIGNED { g h v a celsius } INITIAL { r() }
        BREAKPOINT { r() a = g } PROCEDURE r() { if (celsius != h) { g = 3 ^ (celsius / 10) h = celsius } }";
    let module = tidy(cached);
    assert!(lines(&module, Stage::State).iter().any(|line| line.starts_with("global h = ")), "{module:?}");
    assert!(module.serial.is_empty());
    let counted = tidy(
        "NEURON { SUFFIX s RANGE a GLOBAL g } ASSIGNED { g v a } BREAKPOINT { if (t > 1) { g = g + 1 } a = g }",
    );
    assert_eq!(serial(&counted), ["g"]);
}

#[test]
fn solves_inside_if_come_first_in_any_case() {
    let text =
        density("BREAKPOINT { if (v > 0) { x = 0 } else { SOLVE s METHOD cnexp } } DERIVATIVE s { x' = -x }");
    assert_eq!(lines(&tidy(&text), Stage::State), ["x = select(0 < v, 0, x * exp(-dt))"]);
}

#[test]
fn loops_carry_what_they_set_and_nothing_else() {
    let text = density("INITIAL { a = 1 FROM i = 1 TO p { LOCAL u u = a * 2 a = u } }");
    let lines = lines(&tidy(&text), Stage::Initial);
    assert_eq!(lines.iter().filter(|line| line.contains("carry")).count(), 2, "{lines:#?}");
}

#[test]
fn a_table_that_differs_between_instances_is_computed_at_both_ends() {
    let module =
        tidy(&density("INITIAL { f(v) } PROCEDURE f(u) { TABLE a FROM 0 TO 1 WITH 9  a = exp(u * p) }"));
    assert!(module.tables.is_empty());
    let code = kernel(&module, Stage::Initial);
    let mut world = World::of(&module);
    let p = module.variable("p").expect("it is there").first as usize;
    world.columns[p] = 1.5;
    for (v, wanted) in [
        (-1.0, 1.0),
        (2.0, f64::exp(1.5)),
        (0.5, (f64::exp(1.5 * 4.0 / 9.0) + f64::exp(1.5 * 5.0 / 9.0)) / 2.0),
    ] {
        world.set(Place::Voltage, v);
        world.run(&module, code);
        let a = world.columns[module.variable("a").expect("it is there").first as usize];
        assert!((a - wanted).abs() < 1e-12, "at {v}: {a} instead of {wanted}");
    }
}

#[test]
fn what_a_tabled_routine_sets_besides_is_that_of_the_last_row() {
    let text = density(
        "BREAKPOINT { f(v) x = g } PROCEDURE f(u) { TABLE a FROM 0 TO 2 WITH 9  g = u * 3 a = exp(u) }",
    );
    assert!(lines(&tidy(&text), Stage::State).contains(&"x = 6".to_string()));
}

#[test]
fn nernst_and_goldman() {
    let module = tidy(&density("ASSIGNED { celsius } INITIAL { a = nernst(2, 20, 1) x = ghk(v, 2, 20, 1) }"));
    let mut world = World::of(&module);
    world.run(&module, kernel(&module, Stage::Initial));
    let thermal = 8.31446261815324 * (6.3 + 273.15) / 96485.33212331001 * 1000.0;
    let value = |name: &str| world.columns[module.variable(name).expect("it is there").first as usize];
    assert!((value("a") - thermal * f64::ln(10.0)).abs() < 1e-12);
    let u: f64 = -65.0 / thermal;
    let flux = 96.48533212331001 * u * (2.0 - 20.0 * (-u).exp()) / (1.0 - (-u).exp());
    assert!((value("x") - flux).abs() < 1e-10 * flux.abs(), "{} instead of {flux}", value("x"));
}
