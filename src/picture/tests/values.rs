//! Values by name are seen, and a new one is another picture.

use super::*;
use crate::show::value::Scalar;

fn picture(text: &str, score: Option<Scalar>) -> Vec<u8> {
    let mut show = show_of(&format!(r#"{{"id":"t","kind":"text","text":"{text}","size":60,"x":20,"y":20}}"#));
    if let Some(score) = score {
        let name = crate::show::value::ValueName::new("score").expect("a name");
        Arc::make_mut(&mut show.values).set(name, score.into());
    }
    let pictures = Pictures::prepare_now(&show, ShowTime(0), nowhere());
    painted(&show, ShowTime(0), &pictures).freeze(Default::default(), ShowTime(0)).planes()[0].to_vec()
}

#[test]
fn a_text_shows_the_value_that_it_names() {
    let three = picture("{score}", Some(Scalar::Whole(3)));
    assert_eq!(three, picture("3", None));
    assert_eq!(three, picture("{value:score}", Some(Scalar::Text("3".to_owned()))));
    assert_ne!(three, picture("{score}", Some(Scalar::Whole(4))));
    assert_eq!(picture("{score}", None), picture("{{score}}", None), "what is not set stays as it is written");
}
