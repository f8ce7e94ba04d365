//! What names and elements in C stand for.

use super::build;
use super::expression::{Held, Thing, Worth};
use super::shared::Global;
use super::statements::{Made, Translator};
use super::tree::*;
use crate::diagnostic::Span;
use crate::nmodl::ast::{self, ExpressionKind};
use crate::nmodl::nearest;

/// Numbers that C's headers name.
const NUMBERS: [(&str, f64); 15] = [
    ("M_PI", std::f64::consts::PI),
    ("PI", std::f64::consts::PI),
    ("M_PI_2", std::f64::consts::FRAC_PI_2),
    ("M_PI_4", std::f64::consts::FRAC_PI_4),
    ("M_E", std::f64::consts::E),
    ("M_LN2", std::f64::consts::LN_2),
    ("M_LN10", std::f64::consts::LN_10),
    ("M_SQRT2", std::f64::consts::SQRT_2),
    ("DBL_MAX", f64::MAX),
    ("DBL_MIN", f64::MIN_POSITIVE),
    ("DBL_EPSILON", f64::EPSILON),
    ("INT_MAX", 2_147_483_647.0),
    ("RAND_MAX", 2_147_483_647.0),
    ("true", 1.0),
    ("false", 0.0),
];

impl Translator<'_> {
    pub fn member(&mut self, base: &Expr, member: &str, span: Span) -> Made<Worth> {
        let root = match &base.kind {
            ExprKind::Index(root, _) => root,
            _ => base,
        };
        if let ExprKind::Name(name) = &root.kind
            && self.held(name).is_none()
            && matches!(name.as_str(), "_nt" | "nrn_threads")
        {
            let known = match member {
                "_t" => "t",
                "_dt" => "dt",
                _ => "",
            };
            if !known.is_empty() {
                return Ok(Worth::Number(build::value_of(known, span), Type::Double));
            }
        }
        self.refuse(
            span,
            format!("`{member}` of a structure is not known here"),
            "It seems to look into NEURON's own data, or into memory of its own.",
            "keep values in ASSIGNED or STATE; read other mechanisms by POINTER, and send them events by `[connection]`",
        )
    }

    /// `a[i]`.
    pub fn element(&mut self, base: &Expr, index: &Expr, span: Span) -> Made<Worth> {
        if let ExprKind::Name(name) = &base.kind {
            let of_array = match self.held(name).cloned() {
                Some(Held::Array { name, of }) => Some((name, of)),
                Some(Held::Global(key)) => return self.global_element(&key, index, span),
                Some(_) => None,
                None if self.shared.globals.contains_key(name) => {
                    return self.global_element(&name.clone(), index, span);
                }
                None if name == "_args" => None,
                None => match self.name_value(name, base.span)? {
                    Worth::Number(ast::Expression { kind: ExpressionKind::Variable(v), .. }, of) => {
                        Some((v.name.text, of))
                    }
                    _ => None,
                },
            };
            if let Some((name, of)) = of_array {
                let index = self.number_as(index, Type::Int)?;
                let variable =
                    ast::Variable { index: Some(Box::new(index)), span, ..build::variable(&name, base.span) };
                return Ok(Worth::Number(build::read(variable), of));
            }
        }
        let base_value = self.value(base)?;
        let index = self.number_as(index, Type::Int)?;
        match base_value {
            Worth::Thing(Thing::Numbers) => {
                Ok(Worth::Number(build::call("play_at", vec![index], span), Type::Double))
            }
            Worth::Thing(Thing::Weights) => {
                let at = build::literal(&index).filter(|i| *i >= 0.0);
                match at.and_then(|i| self.shared.net_arguments.get(i as usize)) {
                    Some(name) => Ok(Worth::Number(build::value_of(&name.clone(), span), Type::Double)),
                    None => self.refuse(span, "NET_RECEIVE has no argument of that number", "", ""),
                }
            }
            _ => self.pointers(span),
        }
    }

    fn global_element(&mut self, key: &str, index: &Expr, span: Span) -> Made<Worth> {
        let Some(global) = self.use_global(key, span)? else { return self.pointers(span) };
        if global.declared.length.is_none() {
            return self.refuse(span, format!("`{}` is no array", global.declared.name), "", "");
        }
        let index = self.number_as(index, Type::Int)?;
        if !self.shared.written.contains(&global.declared.name) {
            let values = global.start().unwrap_or_default();
            let known = build::literal(&index).filter(|i| *i >= 0.0).and_then(|i| values.get(i as usize));
            let value = match known {
                Some(value) => build::number(*value, span),
                None => build::call(&global.name, vec![index], span),
            };
            return Ok(Worth::Number(value, global.of()));
        }
        let variable = ast::Variable { index: Some(Box::new(index)), ..build::variable(&global.name, span) };
        Ok(Worth::Number(build::read(variable), global.of()))
    }

    /// A variable that C keeps between calls.
    fn use_global(&mut self, key: &str, span: Span) -> Made<Option<Global>> {
        let Some(global) = self.shared.globals.get(key).cloned() else { return Ok(None) };
        if let Err((place, message)) = global.start() {
            return self.refuse_beside(place, message, span, "used here");
        }
        self.shared.made.globals.insert(global.name.clone(), global.clone());
        Ok(Some(global))
    }

    pub fn name_value(&mut self, name: &str, span: Span) -> Made<Worth> {
        let double = |text: &str| Ok(Worth::Number(build::value_of(text, span), Type::Double));
        let thing = |thing| Ok(Worth::Thing(thing));
        match self.held(name).cloned() {
            Some(Held::Scalar { name, of }) => return Ok(Worth::Number(build::value_of(&name, span), of)),
            Some(Held::Array { name, .. }) => {
                let help = format!("write `{name}[0]` for the first element");
                return self.refuse(span, "an array as a whole has no value", "", &help);
            }
            Some(Held::Global(key)) => return self.global_value(&key, span),
            Some(Held::Pointer(Some(known))) => return thing(known),
            Some(Held::Pointer(None)) => return self.pointers(span),
            None => {}
        }
        if let Some(local) = name.strip_prefix("_l")
            && (self.nmodl.iter().any(|n| n == local) || self.shared.file_locals.contains(local))
        {
            return double(local);
        }
        if let Some(ion) = name.strip_prefix("_ion_") {
            if self.shared.ions.contains(ion) {
                return double(ion);
            }
            let message = format!("the mechanism does not use the ion variable `{ion}`");
            return self.refuse(span, message, "", "name it after READ in USEION");
        }
        if let Some(pointer) = name.strip_prefix("_p_") {
            return thing(Thing::Handle(pointer.to_string()));
        }
        match name {
            "_args" => return thing(Thing::Weights),
            "_nt" | "nrn_threads" => return thing(Thing::Thread),
            "NULL" | "nullptr" => return thing(Thing::Null),
            "stdout" | "stderr" => return thing(Thing::Output),
            "_v" => return double("v"),
            _ => {}
        }
        if self.shared.globals.contains_key(name) {
            return self.global_value(name, span);
        }
        if self.shared.variables.contains(name) {
            if self.nmodl.iter().any(|n| n == name) {
                let message = format!("`{name}` is hidden by an argument or LOCAL of the same name");
                return self.refuse(span, message, "", &format!("write `_l{name}` for that, or rename it"));
            }
            return double(name);
        }
        if let Some((_, value)) = NUMBERS.iter().find(|(known, _)| *known == name) {
            let of =
                if name.ends_with("_MAX") && !name.starts_with("DBL") { Type::Int } else { Type::Double };
            return Ok(Worth::Number(build::number(*value, span), of));
        }
        self.unknown(name, span)
    }

    fn global_value(&mut self, key: &str, span: Span) -> Made<Worth> {
        match self.use_global(key, span)? {
            Some(global) if global.declared.length.is_none() => {
                Ok(Worth::Number(build::value_of(&global.name, span), global.of()))
            }
            _ => self.pointers(span),
        }
    }

    /// A name that nothing declares.
    fn unknown<T>(&mut self, name: &str, span: Span) -> Made<T> {
        if let Some(unread) = self.shared.unread.get(name).cloned() {
            let message = format!("what declares `{name}` cannot be read: {}", unread.message);
            return self.refuse_beside(span, message, unread.span, "here");
        }
        let plain = name.trim_start_matches("_l");
        let known = self.shared.variables.iter().chain(&self.nmodl).map(String::as_str);
        let help = nearest(plain, known).map(|near| format!("did you mean `{near}`?")).unwrap_or_default();
        let note = "Names of included headers and of NEURON's inside are not known here.";
        self.refuse(span, format!("`{name}` is not declared in this C"), note, &help)
    }
}
