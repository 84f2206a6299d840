use super::*;

/// A folder as the kernel has it, and a plain file for the device.
struct Machine(tempfile::TempDir);

impl Machine {
    fn new(files: &[(&str, &str)], device: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("fb0")).unwrap();
        files.iter().for_each(|(file, text)| fs::write(folder.path().join("fb0").join(file), text).unwrap());
        fs::create_dir(folder.path().join("dev")).unwrap();
        fs::write(folder.path().join("dev/fb0"), vec![0xee; device]).unwrap();
        Self(folder)
    }

    fn open(&self) -> Result<Framebuffer, DisplayError> {
        Framebuffer::open(&self.0.path().join("dev/fb0"), self.0.path())
    }

    fn shown(&self) -> Vec<u8> {
        fs::read(self.0.path().join("dev/fb0")).unwrap()
    }
}

fn rect(x: i32, y: i32, width: i32, height: i32) -> Rect {
    Rect { x, y, width, height }
}

#[test]
fn the_kernel_says_what_it_is_like() {
    #[track_caller]
    fn check(files: &[(&str, &str)], size: (u32, u32), format: PixelFormat, stride: usize) {
        let opened = Machine::new(files, 0).open().unwrap();
        assert_eq!(opened.shape, Shape { size, format, stride });
    }
    let plain = [("virtual_size", "800,480\n"), ("bits_per_pixel", "16\n"), ("stride", "1600\n")];
    check(&plain, (800, 480), PixelFormat::Rgb565, 1600);
    check(&[plain[0], ("bits_per_pixel", "32"), ("stride", "4096")], (800, 480), PixelFormat::Xrgb8888, 4096);
    check(&[plain[0], ("bits_per_pixel", "24")], (800, 480), PixelFormat::Bgr888, 2400);
    check(&[plain[0], plain[1], ("stride", "7")], (800, 480), PixelFormat::Rgb565, 1600);
    let double = [("virtual_size", "1920,2160"), ("mode", "U:1920x1080p-60\n"), ("bits_per_pixel", "32")];
    check(&double, (1920, 1080), PixelFormat::Xrgb8888, 7680);
    check(&[plain[0], plain[1], ("mode", "\n")], (800, 480), PixelFormat::Rgb565, 1600);
}

#[test]
fn what_can_not_be_shown_on_is_told() {
    #[track_caller]
    fn check(files: &[(&str, &str)]) {
        assert!(matches!(Machine::new(files, 0).open(), Err(DisplayError::Unsuitable { .. })), "{files:?}");
    }
    check(&[("bits_per_pixel", "32")]);
    check(&[("virtual_size", "800,480")]);
    check(&[("virtual_size", "800x480"), ("bits_per_pixel", "32")]);
    check(&[("virtual_size", "800,480"), ("bits_per_pixel", "8")]);
    check(&[("virtual_size", "0,480"), ("bits_per_pixel", "32")]);
    check(&[("virtual_size", "4294967295,480"), ("bits_per_pixel", "32")]);
}

#[test]
fn what_is_no_framebuffer_is_not_opened() {
    let machine = Machine::new(&[("virtual_size", "2,2"), ("bits_per_pixel", "16")], 8);
    fs::write(machine.0.path().join("dev/sda"), "precious").unwrap();
    let opened = Framebuffer::open(&machine.0.path().join("dev/sda"), machine.0.path());
    assert!(matches!(opened, Err(DisplayError::Absent { .. })));
    fs::remove_file(machine.0.path().join("dev/fb0")).unwrap();
    assert!(matches!(machine.open(), Err(DisplayError::Absent { .. })));
}

#[test]
fn only_what_is_new_is_written_where_it_belongs() {
    let machine = Machine::new(&[("virtual_size", "4,3"), ("bits_per_pixel", "16"), ("stride", "10")], 30);
    let mut display = machine.open().unwrap();
    let pixels: Vec<u8> = (0..24).collect();
    display.show(&pixels, 8, &[rect(1, 1, 2, 2)]).unwrap();
    let mut expected = vec![0xee; 30];
    expected[12..16].copy_from_slice(&[10, 11, 12, 13]);
    expected[22..26].copy_from_slice(&[18, 19, 20, 21]);
    assert_eq!(machine.shown(), expected);
    display.show(&pixels, 8, &[]).unwrap();
    assert_eq!(machine.shown(), expected);
    display.show(&pixels, 8, &[rect(-9, -9, 99, 99)]).unwrap();
    let rows: Vec<u8> = pixels.chunks(8).flat_map(|row| row.iter().copied().chain([0xee, 0xee])).collect();
    assert_eq!(machine.shown(), rows);
}

#[test]
fn whole_rows_are_written_at_once() {
    let machine = Machine::new(&[("virtual_size", "4,3"), ("bits_per_pixel", "16")], 24);
    let mut display = machine.open().unwrap();
    let pixels: Vec<u8> = (0..24).collect();
    display.show(&pixels, 8, &[rect(0, 1, 4, 2)]).unwrap();
    assert_eq!(machine.shown(), [&[0xee; 8], &pixels[8..]].concat());
}

#[test]
fn a_device_that_does_not_take_it_says_so() {
    let machine = Machine::new(&[("virtual_size", "4,3"), ("bits_per_pixel", "16")], 0);
    let mut display = machine.open().unwrap();
    display.file = OpenOptions::new().write(true).open("/dev/full").unwrap();
    assert!(matches!(display.show(&[0; 24], 8, &[rect(0, 0, 4, 3)]), Err(DisplayError::Io(_))));
}
