//! The rig: proportions of a body and where its joints are in each pose.

use colophon_types::Seed;

use crate::graph::{Body, Pose};

/// A point of the rig.
pub(super) type P = (f32, f32);

/// Proportions of a body.
pub(super) struct Build {
    pub(super) head: f32,
    pub(super) neck: f32,
    pub(super) shoulder: f32,
    pub(super) hip: f32,
    pub(super) torso: f32,
    pub(super) leg: f32,
    pub(super) arm: f32,
    pub(super) limb: f32,
}

pub(super) fn build(body: Body, bust: bool) -> Build {
    match body {
        Body::Adult if bust => Build {
            head: 88.0,
            neck: 0.0,
            shoulder: 25.0,
            hip: 20.0,
            torso: 50.0,
            leg: 74.0,
            arm: 58.0,
            limb: 15.0,
        },
        Body::Adult => Build {
            head: 58.0,
            neck: 6.0,
            shoulder: 23.0,
            hip: 18.0,
            torso: 62.0,
            leg: 80.0,
            arm: 62.0,
            limb: 14.0,
        },
        Body::Child => Build {
            head: 72.0,
            neck: 3.0,
            shoulder: 21.0,
            hip: 18.0,
            torso: 56.0,
            leg: 68.0,
            arm: 50.0,
            limb: 14.0,
        },
        Body::Animal => Build {
            head: 84.0,
            neck: 0.0,
            shoulder: 24.0,
            hip: 29.0,
            torso: 66.0,
            leg: 52.0,
            arm: 48.0,
            limb: 18.0,
        },
    }
}

/// A limb with one joint: where the joint lies between two ends, bent to one side.
pub(super) fn joint(a: P, c: P, reach: f32, side: f32) -> P {
    let (dx, dy) = (c.0 - a.0, c.1 - a.1);
    let d = dx.hypot(dy).max(0.01);
    let h = ((reach / 2.0).powi(2) - (d / 2.0).powi(2)).max(0.0).sqrt() * side;
    ((a.0 + c.0) / 2.0 - dy / d * h, (a.1 + c.1) / 2.0 + dx / d * h)
}

/// The rig in a pose.
pub(super) struct Rig {
    pub(super) hip: P,
    pub(super) chest: P,
    pub(super) head: P,
    pub(super) tilt: f32,
    pub(super) foot_a: P,
    pub(super) foot_b: P,
    pub(super) knee_a: P,
    pub(super) knee_b: P,
    pub(super) hand_a: P,
    pub(super) hand_b: P,
    pub(super) bend_a: f32,
    pub(super) bend_b: f32,
}

pub(super) fn rig(b: &Build, pose: Pose, hold: bool, rng: &mut Seed) -> Rig {
    let j = |rng: &mut Seed, a: f32| rng.range(-a, a);
    let mut r = {
        let hip = (0.0, 200.0 - b.leg);
        let chest = (0.0, hip.1 - b.torso);
        Rig {
            hip,
            chest,
            head: (0.0, chest.1 - b.neck),
            tilt: j(rng, 3.0),
            foot_a: (-b.hip * 0.55, 197.0),
            foot_b: (b.hip * 0.6, 199.0),
            knee_a: (-b.hip * 0.56, 200.0 - b.leg * 0.5),
            knee_b: (b.hip * 0.6, 200.0 - b.leg * 0.5),
            hand_a: (-b.shoulder - b.arm * 0.22, chest.1 + b.arm * 0.94),
            hand_b: (b.shoulder + b.arm * 0.2, chest.1 + b.arm * 0.94),
            bend_a: 1.0,
            bend_b: -1.0,
        }
    };
    match pose {
        Pose::Stand => {}
        Pose::Walk => {
            r.foot_a = (-b.leg * 0.36, 194.0);
            r.foot_b = (b.leg * 0.36, 198.0);
            r.hip.1 += 4.0;
            r.chest.1 += 4.0;
            r.head.1 += 4.0;
            r.knee_a = (-b.leg * 0.06, 200.0 - b.leg * 0.42);
            r.knee_b = (b.leg * 0.26, 200.0 - b.leg * 0.5);
            r.hand_a = (b.arm * 0.52, r.chest.1 + b.arm * 0.8);
            r.hand_b = (-b.arm * 0.3, r.chest.1 + b.arm * 0.86);
            r.bend_a = 1.0;
            r.bend_b = 1.0;
        }
        Pose::Run => {
            r.chest.0 += 12.0;
            r.head.0 += 18.0;
            r.tilt = 5.0;
            r.foot_a = (-b.leg * 0.78, 200.0 - b.leg * 0.44);
            r.knee_a = (-b.leg * 0.18, 200.0 - b.leg * 0.42);
            r.foot_b = (b.leg * 0.52, 197.0);
            r.knee_b = (b.leg * 0.46, 200.0 - b.leg * 0.62);
            r.hand_a = (b.arm * 0.84, r.chest.1 + b.arm * 0.3);
            r.hand_b = (-b.arm * 0.52, r.chest.1 + b.arm * 0.56);
            r.bend_a = 1.0;
            r.bend_b = 1.0;
        }
        Pose::Sit | Pose::Ride => {
            let drop = b.leg * if pose == Pose::Sit { 0.52 } else { 0.2 };
            r.hip.1 += drop;
            r.chest.1 += drop;
            r.head.1 += drop;
            r.hand_a.1 += drop;
            r.hand_b.1 += drop;
            if pose == Pose::Sit {
                r.knee_a = (b.leg * 0.42, r.hip.1 - b.leg * 0.1);
                r.foot_a = (b.leg * 0.5, 195.0);
                r.knee_b = (b.leg * 0.56, r.hip.1 + b.leg * 0.02);
                r.foot_b = (b.leg * 0.66, 199.0);
                r.hand_a = (b.leg * 0.34, r.hip.1 - b.leg * 0.12);
                r.hand_b = (b.leg * 0.46, r.hip.1 - b.leg * 0.06);
            } else {
                r.knee_a = (b.leg * 0.46, r.hip.1 + b.leg * 0.28);
                r.foot_a = (b.leg * 0.3, 192.0);
                r.knee_b = (b.leg * 0.5, r.hip.1 + b.leg * 0.3);
                r.foot_b = (b.leg * 0.22, 198.0);
                r.hand_a = (b.arm * 0.84, r.chest.1 + b.arm * 0.62);
                r.hand_b = (b.arm * 0.88, r.chest.1 + b.arm * 0.66);
                r.chest.0 += 5.0;
                r.head.0 += 8.0;
            }
            r.bend_a = 1.0;
            r.bend_b = 1.0;
        }
        Pose::Hold => {
            r.hand_b = (b.shoulder + b.arm * 0.5, r.chest.1 + b.arm * 0.42);
            r.hand_a = (-b.shoulder - b.arm * 0.14, r.chest.1 + b.arm * 0.9);
            r.bend_b = 1.0;
        }
        Pose::Wave => {
            r.hand_b = (b.shoulder + b.arm * 0.62, r.chest.1 - b.arm * 0.62);
            r.bend_b = 1.0;
            r.tilt = -4.0;
        }
    }
    if hold && !matches!(pose, Pose::Hold | Pose::Wave) {
        r.hand_b = (r.chest.0 + b.shoulder + b.arm * 0.42, r.chest.1 + b.arm * 0.42);
        r.bend_b = 1.0;
    }
    r
}
