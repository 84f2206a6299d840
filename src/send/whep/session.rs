//! What is agreed with a viewer: an offer, its answer, and what each track is called from then on.

use std::net::SocketAddr;
use std::sync::Arc;

use str0m::change::SdpOffer;
use str0m::config::{CryptoProvider, DtlsCert};
use str0m::format::Codec;
use str0m::media::{MediaKind, Mid, Pt};
use str0m::{Candidate, IceCreds, Rtc};
use tokio::time::Instant;

use super::WhepError;

/// Payload types of ours for H.264 and for what is sent again, and the profile: baseline, constrained baseline, main, high.
/// The offer's own numbers are used wherever it has the same.
const H264: [(u8, u8, u32); 4] = [(127, 121, 0x42001f), (108, 109, 0x42e01f), (123, 119, 0x4d001f), (114, 115, 0x64001f)];

pub struct Session {
    pub rtc: Rtc,
    pub picture: Track,
    pub sound: Option<Track>,
}

/// One of the offer's lines.
pub struct Track {
    pub mid: Mid,
    /// What it may be sent as, with the profile where there is one.
    payloads: Vec<(Pt, Option<u8>)>,
}

impl Track {
    /// The same profile, if it was offered. Else any: browsers look at the stream itself.
    pub fn payload(&self, profile: Option<u8>) -> Option<Pt> {
        let same = self.payloads.iter().find(|(_, offered)| *offered == profile);
        same.or(self.payloads.last()).map(|(payload, _)| *payload)
    }
}

/// What every session has in common.
pub struct Means {
    pub crypto: Arc<CryptoProvider>,
    pub certificate: DtlsCert,
}

impl Session {
    pub fn negotiate(
        offer: &str,
        credentials: IceCreds,
        addresses: &[SocketAddr],
        means: &Means,
    ) -> Result<(Self, String), WhepError> {
        let bad = |error: &dyn std::fmt::Display| WhepError::BadOffer(error.to_string());
        let offer = SdpOffer::from_sdp_string(offer).map_err(|error| bad(&error))?;
        let mut rtc = empty(credentials, means);
        for address in addresses {
            let candidate = Candidate::host(*address, "udp").map_err(|error| bad(&error))?;
            rtc.add_local_candidate(candidate);
        }
        let answer = rtc.sdp_api().accept_offer(offer).map_err(|error| bad(&error))?;
        let answer = answer.to_sdp_string();
        let (mut picture, mut sound) = (None, None);
        for mid in mids(&answer) {
            let Some(media) = rtc.media(mid).filter(|media| media.direction().is_sending()) else { continue };
            let place = if media.kind() == MediaKind::Video { &mut picture } else { &mut sound };
            *place = place.take().or_else(|| track(&mut rtc, mid));
        }
        let session = Self { rtc, picture: picture.ok_or(WhepError::NoH264)?, sound };
        Ok((session, answer))
    }
}

/// It waits to be spoken to (ICE lite): its address is known, the viewer's is not.
fn empty(credentials: IceCreds, means: &Means) -> Rtc {
    let config = Rtc::builder()
        .set_crypto_provider(means.crypto.clone())
        .set_dtls_cert(means.certificate.clone())
        .set_local_ice_credentials(credentials)
        .set_ice_lite(true)
        .clear_codecs();
    let mut config = config.enable_opus(true, false);
    for (payload, again, profile) in H264 {
        config.codec_config().add_h264(payload.into(), Some(again.into()), true, profile);
    }
    config.build(Instant::now().into_std())
}

/// What the lines are called. `str0m` tells of them only when it is connected, and then it is too late to turn somebody away.
fn mids(answer: &str) -> impl Iterator<Item = Mid> {
    answer.lines().filter_map(|line| line.strip_prefix("a=mid:")).map(|mid| Mid::from(mid.trim()))
}

fn track(rtc: &mut Rtc, mid: Mid) -> Option<Track> {
    let writer = rtc.writer(mid)?;
    let wanted = writer.payload_params().filter(|params| matches!(params.spec().codec, Codec::H264 | Codec::Opus));
    let payloads: Vec<_> = wanted
        .map(|params| {
            let profile = params.spec().format.profile_level_id.and_then(|id| u8::try_from(id >> 16).ok());
            (params.pt(), profile)
        })
        .collect();
    (!payloads.is_empty()).then_some(Track { mid, payloads })
}

#[cfg(test)]
mod tests {
    use super::super::crypto;
    use super::*;

    const OFFER: &str = include_str!("tests/chromium-offer.sdp");

    fn negotiate(offer: &str) -> Result<(Session, String), WhepError> {
        thread_local! {
            static MEANS: Means = Means { crypto: Arc::new(crypto::provider()), certificate: crypto::certificate().unwrap() };
        }
        let addresses = ["127.0.0.1:4200".parse().unwrap(), "192.168.1.7:4200".parse().unwrap()];
        MEANS.with(|means| Session::negotiate(offer, IceCreds::new(), &addresses, means))
    }

    #[test]
    fn chromium_is_answered_with_what_the_encoder_makes() {
        let (session, answer) = negotiate(OFFER).unwrap();
        assert_eq!(answer.matches("a=sendonly").count(), 2, "{answer}");
        assert!(answer.contains("127.0.0.1 4200 typ host") && answer.contains("192.168.1.7 4200 typ host"), "{answer}");
        assert!(!answer.contains("packetization-mode=0") && !answer.contains("VP8"), "{answer}");
        // The payload types are the offer's: 102 baseline, 108 constrained baseline, 116 main. High it does not name.
        let payload = |profile| session.picture.payload(Some(profile)).map(|payload| *payload);
        assert_eq!((payload(0x42), payload(0x4d), payload(0x64)), (Some(102), Some(116), Some(116)));
        assert_eq!(session.sound.unwrap().payload(None).map(|payload| *payload), Some(111));
    }

    #[test]
    fn whatever_is_offered_is_answered_or_turned_away() {
        let lines: Vec<_> = OFFER.lines().collect();
        let joined = |lines: &[&str]| lines.iter().map(|line| format!("{line}\r\n")).collect::<String>();
        for left_out in (0..lines.len()).step_by(3) {
            let mut fewer = lines.clone();
            fewer.remove(left_out);
            drop(negotiate(&joined(&fewer)));
            drop(negotiate(&joined(&lines[..left_out])));
        }
        for seed in 0..150_usize {
            let mut bytes = OFFER.as_bytes().to_vec();
            let length = bytes.len();
            for change in 0..1 + seed % 4 {
                bytes[(seed * 7_919 + change * 4_001) % length] = b"0a=\r\n :/-\x7f9"[(seed + change) % 11];
            }
            drop(negotiate(&String::from_utf8_lossy(&bytes)));
        }
    }
}
