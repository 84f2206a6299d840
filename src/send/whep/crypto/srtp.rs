//! The ciphers of SRTP: AES in counter mode (`aes`, `ctr`), and AES-GCM (`ring`).

use aes::cipher::{BlockCipherEncrypt, KeyInit, KeyIvInit, StreamCipher};
use aes::{Aes128, Aes256};
use ring::aead::{AES_128_GCM, AES_256_GCM, Aad, Algorithm, LessSafeKey, Nonce, UnboundKey};
use str0m::crypto::{
    AeadAes128GcmCipher, AeadAes256GcmCipher, Aes128CmSha1_80Cipher, CryptoError, SrtpProvider, SupportedAeadAes128Gcm,
    SupportedAeadAes256Gcm, SupportedAes128CmSha1_80,
};

const BLOCK: usize = 16;
const TAG: usize = 16;

#[derive(Debug)]
pub(super) struct Srtp;

impl SrtpProvider for Srtp {
    fn aes_128_cm_sha1_80(&self) -> &'static dyn SupportedAes128CmSha1_80 {
        &Srtp
    }

    fn aead_aes_128_gcm(&self) -> &'static dyn SupportedAeadAes128Gcm {
        &Srtp
    }

    fn aead_aes_256_gcm(&self) -> &'static dyn SupportedAeadAes256Gcm {
        &Srtp
    }

    fn srtp_aes_128_ecb_round(&self, key: &[u8], input: &[u8], output: &mut [u8]) {
        first_block(Aes128::new_from_slice(key).ok(), input, output);
    }

    fn srtp_aes_256_ecb_round(&self, key: &[u8], input: &[u8], output: &mut [u8]) {
        first_block(Aes256::new_from_slice(key).ok(), input, output);
    }
}

/// A session key is made of one block after another. Keys and blocks of another length do not occur.
fn first_block<C: BlockCipherEncrypt>(cipher: Option<C>, input: &[u8], output: &mut [u8]) {
    let mut block = aes::cipher::Block::<C>::default();
    block.copy_from_slice(input);
    if let Some(cipher) = cipher {
        cipher.encrypt_block(&mut block);
    }
    output[..BLOCK].copy_from_slice(&block);
}

impl SupportedAes128CmSha1_80 for Srtp {
    fn create_cipher(&self, key: [u8; 16], _encrypt: bool) -> Box<dyn Aes128CmSha1_80Cipher> {
        Box::new(Counted { key })
    }
}

impl SupportedAeadAes128Gcm for Srtp {
    fn create_cipher(&self, key: [u8; 16], _encrypt: bool) -> Box<dyn AeadAes128GcmCipher> {
        Box::new(Sealed::new(&AES_128_GCM, &key))
    }
}

impl SupportedAeadAes256Gcm for Srtp {
    fn create_cipher(&self, key: [u8; 32], _encrypt: bool) -> Box<dyn AeadAes256GcmCipher> {
        Box::new(Sealed::new(&AES_256_GCM, &key))
    }
}

/// Counter mode: both ways are the same.
struct Counted {
    key: [u8; 16],
}

impl std::fmt::Debug for Counted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Aes128Ctr")
    }
}

impl Aes128CmSha1_80Cipher for Counted {
    fn encrypt(&mut self, iv: &[u8; 16], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
        // The output may have room for more.
        let output = output.get_mut(..input.len()).ok_or_else(|| failed("there is no room for the output"))?;
        output.copy_from_slice(input);
        ctr::Ctr128BE::<Aes128>::new(&self.key.into(), &(*iv).into()).apply_keystream(output);
        Ok(())
    }

    fn decrypt(&mut self, iv: &[u8; 16], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
        self.encrypt(iv, input, output)
    }
}

/// With a tag that shows whether anything was changed on the way. None can not be: the key is as long as the algorithm wants it.
#[derive(Debug)]
struct Sealed(Option<LessSafeKey>);

impl Sealed {
    fn new(algorithm: &'static Algorithm, key: &[u8]) -> Self {
        Self(UnboundKey::new(algorithm, key).ok().map(LessSafeKey::new))
    }

    fn key(&self) -> Result<&LessSafeKey, CryptoError> {
        self.0.as_ref().ok_or_else(|| failed("the key has another length"))
    }

    fn seal(&self, iv: &[u8; 12], aad: &[u8], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
        let output = output.get_mut(..input.len() + TAG).ok_or_else(|| failed("there is no room for the output"))?;
        let (text, tag) = output.split_at_mut(input.len());
        text.copy_from_slice(input);
        let made = self.key()?.seal_in_place_separate_tag(Nonce::assume_unique_for_key(*iv), Aad::from(aad), text);
        tag.copy_from_slice(made.map_err(|_| failed("it can not be sealed"))?.as_ref());
        Ok(())
    }

    fn open(&self, iv: &[u8; 12], aads: &[&[u8]], input: &[u8], output: &mut [u8]) -> Result<usize, CryptoError> {
        let (aad, mut sealed) = (aads.concat(), input.to_vec());
        let opened = self.key()?.open_in_place(Nonce::assume_unique_for_key(*iv), Aad::from(&aad), &mut sealed);
        let opened = opened.map_err(|_| failed("its tag is wrong"))?;
        let output = output.get_mut(..opened.len()).ok_or_else(|| failed("there is no room for the output"))?;
        output.copy_from_slice(opened);
        Ok(opened.len())
    }
}

fn failed(why: &str) -> CryptoError {
    CryptoError::Other(why.to_owned())
}

impl AeadAes128GcmCipher for Sealed {
    fn encrypt(&mut self, iv: &[u8; 12], aad: &[u8], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
        self.seal(iv, aad, input, output)
    }

    fn decrypt(&mut self, iv: &[u8; 12], aads: &[&[u8]], input: &[u8], output: &mut [u8]) -> Result<usize, CryptoError> {
        self.open(iv, aads, input, output)
    }
}

impl AeadAes256GcmCipher for Sealed {
    fn encrypt(&mut self, iv: &[u8; 12], aad: &[u8], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
        self.seal(iv, aad, input, output)
    }

    fn decrypt(&mut self, iv: &[u8; 12], aads: &[&[u8]], input: &[u8], output: &mut [u8]) -> Result<usize, CryptoError> {
        self.open(iv, aads, input, output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes<const LENGTH: usize>(hex: &str) -> [u8; LENGTH] {
        std::array::from_fn(|index| u8::from_str_radix(&hex[2 * index..2 * index + 2], 16).unwrap())
    }

    /// Appendix B.2 of RFC 3711: the key stream, which is what zeros become.
    #[test]
    fn counter_mode_is_that_of_the_standard() {
        let key = bytes("2b7e151628aed2a6abf7158809cf4f3c");
        let iv = bytes("f0f1f2f3f4f5f6f7f8f9fafbfcfd0000");
        let mut cipher = Srtp.aes_128_cm_sha1_80().create_cipher(key, true);
        let mut stream = [0; 40];
        cipher.encrypt(&iv, &[0; 32], &mut stream).unwrap();
        assert_eq!(stream[..32], bytes::<32>("e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab"));
        let mut back = [0; 32];
        cipher.decrypt(&iv, &stream[..32], &mut back).unwrap();
        assert_eq!(back, [0; 32]);
    }

    /// Appendix B.3 of RFC 3711: the first block of the cipher key that comes of a master key and salt.
    #[test]
    fn session_keys_are_those_of_the_standard() {
        let (master, input) =
            (bytes::<16>("e1f97a0d3e018be0d64fa32c06de4139"), bytes::<16>("0ec675ad498afeebb6960b3aabe60000"));
        let mut out = [0; 32];
        Srtp.srtp_aes_128_ecb_round(&master, &input, &mut out);
        assert_eq!(out[..16], bytes::<16>("c61e7a93744f39ee10734afe3ff7a087"));
    }

    /// Section 16.1.1 of RFC 7714.
    #[test]
    fn sealing_is_that_of_the_standard_and_nothing_changed_is_opened() {
        let key = bytes("000102030405060708090a0b0c0d0e0f");
        let iv = bytes("51753c6580c2726f20718414");
        let aad = bytes::<12>("8040f17b8041f8d35501a0b2");
        let text = b"Gallia est omnis divisa in partes tres";
        let mut cipher = Srtp.aead_aes_128_gcm().create_cipher(key, true);
        let mut sealed = [0; 38 + TAG];
        cipher.encrypt(&iv, &aad, text, &mut sealed).unwrap();
        assert_eq!(sealed[..16], bytes::<16>("f24de3a3fb34de6cacba861c9d7e4bca"));
        assert_eq!(sealed[38..], bytes::<16>("899d7f27beb16a9152cf765ee4390cce"));
        let mut opened = [0; 38];
        assert_eq!(cipher.decrypt(&iv, &[&aad[..4], &aad[4..]], &sealed, &mut opened).unwrap(), 38);
        assert_eq!(&opened, text);
        sealed[3] ^= 1;
        assert!(cipher.decrypt(&iv, &[&aad], &sealed, &mut opened).is_err());
        assert!(cipher.decrypt(&iv, &[&aad], &[1, 2], &mut opened).is_err(), "shorter than a tag");
    }
}
