//! Scoring throughput on the shipped pack: columns against rows of `rust_decimal`.
//!
//! Both read the same compiled formulas over the same bound frame (deadline columns computed), and
//! give every indicator of every department. The reference walks the tree of each formula once a
//! row: part of the ratio is that walk, which a program written by hand for one pack would not
//! pay. [`crate::weighted`] measures against such a program. Binding is in neither time and has a
//! line of its own.

use engine::reference::{self, BigRational, Decimal};

use crate::city::Scene;
use crate::figures::{Errors, Figure, grouped};
use crate::replicas::{bytes, replicate, rows};
use crate::timing::{alone, in_turns};
use crate::{Failure, failure};

/// Bytes of a frame beyond which it is not replicated further; binding needs as much again.
const FRAME_BYTES_MAX: usize = 512 << 20;

/// Figures of one city at several sizes, each at least `sizes` departments.
pub fn measure(name: &str, scene: &Scene, sizes: &[usize]) -> Result<Vec<Figure>, Failure> {
    let errors = errors(scene)?;
    let mut figures = vec![compare(name, scene, 1, Some(&errors))?];
    for size in sizes {
        let copies = size.div_ceil(scene.frame.subjects.max(1));
        let most = FRAME_BYTES_MAX / bytes(&scene.frame).max(1);
        if copies > most {
            eprintln!("{name} × {copies} 超过内存上限，略去 (left out: too large)");
            continue;
        }
        figures.push(compare(name, scene, copies, None)?);
        if Some(size) == sizes.last() {
            figures.push(binding(name, scene, copies)?);
        }
    }
    Ok(figures)
}

/// Largest errors over the frame itself; the copies have the same.
fn errors(scene: &Scene) -> Result<Errors, Failure> {
    let bound = scene.plan.bind(&scene.frame, &scene.calendar);
    let bound = bound.map_err(|all| failure(&all))?;
    let exact = reference::evaluate::<BigRational>(&bound).map_err(|fault| failure(&[fault]))?;
    let decimals = reference::evaluate::<Decimal>(&bound).map_err(|fault| failure(&[fault]))?;
    let ours = bound.evaluate().map_err(|all| failure(&all))?;
    let ours = reference::of_evaluation(&ours, scene.frame.subjects);
    let disagree = || Failure::from("两边的状态不同 (the states of cells differ)");
    Ok(Errors {
        ours: reference::largest_error(&ours, &exact).ok_or_else(disagree)?,
        reference: reference::largest_error(&decimals, &exact).ok_or_else(disagree)?,
    })
}

fn compare(
    name: &str,
    scene: &Scene,
    copies: usize,
    errors: Option<&Errors>,
) -> Result<Figure, Failure> {
    let frame = replicate(&scene.frame, copies);
    let bound = scene.plan.bind(&frame, &scene.calendar);
    let bound = bound.map_err(|all| failure(&all))?;
    let size = size(&frame);
    eprintln!("{name}：{size}");
    let pair = in_turns(
        || bound.evaluate().map_err(|all| failure(&all)),
        || reference::evaluate::<Decimal>(&bound).map_err(|fault| failure(&[fault])),
    )?;
    let stage = format!("tiaoli-809 计值 evaluate，参照逐行解释 reference walks rows，{name}");
    Ok(Figure::compared(&stage, size, frame.subjects, pair, errors))
}

/// What comes before evaluation: columns taken over, working days of every deadline counted.
fn binding(name: &str, scene: &Scene, copies: usize) -> Result<Figure, Failure> {
    let frame = replicate(&scene.frame, copies);
    let time = alone(|| {
        let bound = scene.plan.bind(&frame, &scene.calendar);
        bound.map_err(|all| failure(&all))
    })?;
    let stage = format!("tiaoli-809 期限列 bind，{name}");
    Ok(Figure::throughput(
        &stage,
        size(&frame),
        frame.subjects,
        time,
    ))
}

fn size(frame: &engine::Frame) -> String {
    format!(
        "{} 个部门 departments，{} 行 rows",
        grouped(frame.subjects as u128),
        grouped(rows(frame) as u128)
    )
}
