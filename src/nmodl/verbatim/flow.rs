//! Which ways lead out of C statements: on to the next one, out of the routine, out of the loop.

use super::calls::ends_the_run;
use super::tree::{ExprKind, Stmt, StmtKind};

/// The ways out of a statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flow {
    /// On to the next statement.
    pub falls: bool,
    pub returns: bool,
    pub breaks: bool,
    pub continues: bool,
}

impl Flow {
    pub const NEXT: Flow = Flow { falls: true, returns: false, breaks: false, continues: false };

    /// Whether some way leads elsewhere than to the next statement.
    pub fn leaves(self) -> bool {
        self.returns || self.breaks || self.continues
    }

    /// Either of two ways.
    pub fn or(self, other: Flow) -> Flow {
        Flow {
            falls: self.falls || other.falls,
            returns: self.returns || other.returns,
            breaks: self.breaks || other.breaks,
            continues: self.continues || other.continues,
        }
    }

    /// One after the other.
    pub fn then(self, next: Flow) -> Flow {
        if self.falls { Flow { falls: next.falls, ..self.or(next) } } else { self }
    }

    /// Of a loop, from that of its body.
    pub fn of_loop(self) -> Flow {
        Flow { falls: true, returns: self.returns, breaks: false, continues: false }
    }
}

/// The ways out of a list.
pub(super) fn of_list(list: &[Stmt]) -> Flow {
    list.iter().fold(Flow::NEXT, |flow, one| flow.then(of(one)))
}

/// The ways out of a statement.
pub(super) fn of(one: &Stmt) -> Flow {
    match &one.kind {
        StmtKind::Return(_) => Flow { returns: true, ..Flow::default() },
        StmtKind::Break => Flow { breaks: true, ..Flow::default() },
        StmtKind::Continue => Flow { continues: true, ..Flow::default() },
        StmtKind::Expr(expression) => match &expression.kind {
            ExprKind::Call { name, .. } if ends_the_run(name) => Flow { returns: true, ..Flow::default() },
            _ => Flow::NEXT,
        },
        StmtKind::Block(list) => of_list(list),
        StmtKind::If { then, otherwise, .. } => of_list(then).or(of_list(otherwise)),
        StmtKind::While { body, .. } | StmtKind::DoWhile { body, .. } | StmtKind::For { body, .. } => {
            of_list(body).of_loop()
        }
        StmtKind::From { body, .. } => of_list(body).of_loop(),
        StmtKind::Switch { groups, .. } => {
            let complete = groups.iter().any(|g| g.default);
            let start = Flow { falls: !complete, ..Flow::default() };
            let inner = groups.iter().enumerate().fold(start, |flow, (i, group)| {
                let last = i + 1 == groups.len();
                let own = of_list(&group.body);
                // What falls through to the next group is counted there.
                flow.or(Flow { falls: own.falls && last, ..own })
            });
            Flow { falls: inner.falls || inner.breaks, breaks: false, ..inner }
        }
        StmtKind::Declare(_) | StmtKind::Nmodl(_) | StmtKind::Inner { .. } => Flow::NEXT,
    }
}
