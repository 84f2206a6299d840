//! Honest drawings are drawn; those that were made to do harm are refused soon.

use super::*;

fn svg(inside: &str) -> String {
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' width='100' height='50'>{inside}</svg>"
    )
}

fn parse(inside: &str) -> Result<Drawing, SvgError> {
    Drawing::parse(svg(inside).as_bytes())
}

fn error(inside: &str) -> Option<SvgError> {
    parse(inside).err()
}

fn at(rgba: &[u8], width: usize, x: usize, y: usize) -> [u8; 4] {
    let start = 4 * (y * width + x);
    [rgba[start], rgba[start + 1], rgba[start + 2], rgba[start + 3]]
}

#[test]
fn a_drawing_is_as_sharp_as_it_is_large() {
    let drawing = parse("<rect x='50' width='50' height='50' fill='#ff0000' fill-opacity='0.5'/>").unwrap();
    assert_eq!((drawing.width, drawing.height), (100, 50));
    let pixels = drawing.painted(drawing.whole(), 1000, 500).unwrap();
    assert_eq!(at(&pixels, 1000, 499, 250), [0, 0, 0, 0]);
    let [red, green, blue, alpha] = at(&pixels, 1000, 500, 250);
    assert!(red == 255 && green == 0 && blue == 0 && alpha.abs_diff(128) <= 1, "an edge as sharp as the pixels");
    let right = Part { x: 50.0, ..drawing.whole() };
    let half = drawing.painted(Part { width: 50.0, ..right }, 10, 10).unwrap();
    assert!(at(&half, 10, 0, 5)[3] > 100, "the part begins where it is seen");
}

#[test]
fn its_text_is_set_in_the_built_in_font() {
    let drawing = parse("<text x='5' y='40' font-size='40' font-family='Nowhere'>Hi</text>").unwrap();
    let pixels = drawing.painted(drawing.whole(), 100, 50).unwrap();
    assert!(pixels.as_chunks::<4>().0.iter().filter(|pixel| pixel[3] > 200).count() > 50);
}

#[test]
fn nothing_is_fetched_from_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let secret = dir.path().join("secret.png");
    image::RgbaImage::from_pixel(4, 4, image::Rgba([255, 0, 0, 255])).save(&secret).unwrap();
    for href in [secret.display().to_string(), format!("file://{}", secret.display()), "http://127.0.0.1:1/x.png".to_owned()]
    {
        let drawing = parse(&format!("<image width='100' height='50' xlink:href='{href}'/>")).unwrap();
        let pixels = drawing.painted(drawing.whole(), 100, 50).unwrap();
        assert!(pixels.iter().all(|value| *value == 0), "{href} is not shown");
    }
}

#[test]
fn bombs_are_refused() {
    let entities =
        "<!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><svg xmlns='http://www.w3.org/2000/svg'/>";
    assert_eq!(Drawing::parse(entities.as_bytes()).err(), Some(SvgError::Entities));
    assert_eq!(error(&("<g>".repeat(100_000) + &"</g>".repeat(100_000))), Some(SvgError::TooDeep));
    let tenfold = |n: u32| format!("<g id='g{n}'>{}</g>", format!("<use href='#g{}'/>", n - 1).repeat(10));
    let uses = format!(
        "<defs><rect id='g0' width='1' height='1'/>{}</defs><use href='#g7'/>",
        (1..8).map(tenfold).collect::<String>()
    );
    assert_eq!(error(&uses), Some(SvgError::TooMany));
    let chain: String = (1..5_000).map(|n| format!("<use id='u{n}' href='#u{}'/>", n - 1)).collect();
    assert_eq!(error(&format!("<g id='u0'/>{chain}")), Some(SvgError::TooDeep));
    assert_eq!(error("<g id='a'><use href='#a'/></g>"), Some(SvgError::TooDeep));
    let dots = "<circle r='1'/>".repeat(100);
    let line = format!("M0 0{}", "L1 1".repeat(5_000));
    let markers = format!("<marker id='m'>{dots}</marker><path d='{line}' marker-mid='url(#m)'/>");
    assert_eq!(error(&markers), Some(SvgError::TooMany));
    let pattern = "<pattern id='p' width='100000' height='100000' patternUnits='userSpaceOnUse'><rect width='9' height='9'/></pattern>\
        <rect width='50' height='50' fill='url(#p)'/>";
    assert_eq!(error(pattern), Some(SvgError::LargePattern));
}

#[test]
fn sizes_and_bytes_have_bounds() {
    let sized = |size: &str| Drawing::parse(format!("<svg xmlns='http://www.w3.org/2000/svg' {size}/>").as_bytes()).err();
    assert_eq!(sized("width='9000' height='10'"), Some(SvgError::BadSize(9_000, 10)));
    assert!(sized("width='1e30' height='1e30'").is_some());
    assert!(sized("width='0' height='0'").is_some());
    assert_eq!(Drawing::parse(&vec![b' '; LARGEST_FILE + 1]).err(), Some(SvgError::TooLarge(LARGEST_FILE + 1)));
    assert_eq!(Drawing::parse(b"<svg \xff/>").err(), Some(SvgError::NotText));
    assert!(matches!(Drawing::parse(&svg("<rect/>").as_bytes()[..60]), Err(SvgError::Broken(_))));
}
