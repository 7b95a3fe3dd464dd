//! Which sound a place has.

use colophon_audio::ambience::Ambience;
use colophon_scene::Scene;
use colophon_scene::graph::{Setting, TimeOfDay, Weather};

/// The sound of a scene's place, hour and weather.
pub(super) fn of(scene: &Scene) -> Ambience {
    let night = matches!(scene.time, TimeOfDay::Dusk | TimeOfDay::Night);
    let outdoors = match scene.setting {
        Setting::Room
        | Setting::Classroom
        | Setting::Library
        | Setting::Kitchen
        | Setting::Office
        | Setting::Hospital
        | Setting::Abstract => return Ambience::Room,
        Setting::Space => return Ambience::Space,
        Setting::Underwater => return Ambience::Underwater,
        Setting::Sea | Setting::Beach => Ambience::Sea,
        Setting::City | Setting::Street => Ambience::City,
        Setting::Mountain | Setting::Desert | Setting::SnowyForest => Ambience::Wind,
        Setting::Forest
        | Setting::Bamboo
        | Setting::Field
        | Setting::Garden
        | Setting::Village
        | Setting::Lake
            if night =>
        {
            Ambience::Night
        }
        Setting::Lake => Ambience::Lake,
        Setting::Forest | Setting::Bamboo | Setting::Field | Setting::Garden | Setting::Village => {
            Ambience::Forest
        }
    };
    match scene.weather {
        Weather::Rain | Weather::Storm => Ambience::Rain,
        Weather::Snow | Weather::Wind | Weather::Fog => Ambience::Wind,
        Weather::Clear | Weather::Cloudy => outdoors,
    }
}
