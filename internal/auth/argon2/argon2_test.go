package argon2

import (
	"bytes"
	"encoding/hex"
	"math/rand/v2"
	"runtime"
	"testing"

	"golang.org/x/crypto/argon2"
)

// used returns memory that an earlier key left behind.
func used(kib int) []Block {
	memory := make([]Block, kib)
	for i := range memory {
		for w := range memory[i] {
			memory[i][w] = rand.Uint64()
		}
	}
	return memory
}

// TestTheVectorOfTheRFC is RFC 9106 §5.3.
func TestTheVectorOfTheRFC(t *testing.T) {
	t.Parallel()
	in := inputs{
		password: bytes.Repeat([]byte{1}, 32), salt: bytes.Repeat([]byte{2}, 16),
		secret: bytes.Repeat([]byte{3}, 8), data: bytes.Repeat([]byte{4}, 12),
	}
	const want = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
	for range 3 {
		if got := hex.EncodeToString(key(used(32), in, Params{Passes: 3, Lanes: 4, Length: 32})); got != want {
			t.Errorf("the key is %s, not %s", got, want)
		}
	}
}

// vectors are those of golang.org/x/crypto for Argon2id, made by the reference implementation.
var vectors = []struct {
	passes uint32
	memory int
	lanes  uint8
	key    string
}{
	{1, 64, 1, "655ad15eac652dc59f7170a7332bf49b8469be1fdb9c28bb"},
	{2, 64, 1, "068d62b26455936aa6ebe60060b0a65870dbfa3ddf8d41f7"},
	{2, 64, 2, "350ac37222f436ccb5c0972f1ebd3bf6b958bf2071841362"},
	{3, 256, 2, "4668d30ac4187e6878eedeacf0fd83c5a0a30db2cc16ef0b"},
	{4, 4096, 4, "145db9733a9f4ee43edf33c509be96b934d505a4efb33c5a"},
	{4, 1024, 8, "8dafa8e004f8ea96bf7c0f93eecf67a6047476143d15577f"},
	{2, 64, 3, "4a15b31aec7c2590b87d1f520be7d96f56658172deaa3079"},
	{3, 1024, 6, "1640b932f4b60e272f5d2207b9a9c626ffa1bd88d2349016"},
}

func TestTheVectorsOfXCrypto(t *testing.T) {
	t.Parallel()
	for _, v := range vectors {
		p := Params{Passes: v.passes, Lanes: v.lanes, Length: uint32(len(v.key) / 2)}
		if got := hex.EncodeToString(Key(used(v.memory), []byte("password"), []byte("somesalt"), p)); got != v.key {
			t.Errorf("%+v: the key is %s, not %s", v, got, v.key)
		}
	}
}

func TestKeysAreThoseOfXCryptoWhateverTheMemoryHeldBefore(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	text := func(most int) []byte {
		b := make([]byte, random.IntN(most+1))
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		return b
	}
	memory := used(4096)
	for range 300 {
		p := Params{Passes: 1 + random.Uint32N(4), Lanes: uint8(1 + random.IntN(4)), Length: 4 + random.Uint32N(150)}
		kib := 8*int(p.Lanes) + random.IntN(600)
		password, salt := text(200), text(64)
		want := argon2.IDKey(password, salt, p.Passes, uint32(kib), p.Lanes, p.Length)
		if got := Key(memory[:kib], password, salt, p); !bytes.Equal(got, want) {
			t.Fatalf("%+v in %d KiB: the key of %x and %x is %x, not %x", p, kib, password, salt, got, want)
		}
	}
}

func TestParametersOutOfRangeAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kib int
		p   Params
	}{
		"no pass":         {8, Params{0, 1, 32}},
		"no lane":         {8, Params{1, 0, 32}},
		"a short key":     {8, Params{1, 1, 3}},
		"too little room": {15, Params{1, 2, 32}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s is taken", name)
				}
			}()
			Key(make([]Block, c.kib), []byte("password"), []byte("somesalt"), c.p)
		}()
	}
}

func TestAKeyTakesNoMemoryBesidesWhatItIsLent(t *testing.T) {
	memory := make([]Block, 4096)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	Key(memory, []byte("password"), []byte("somesalt"), Params{Passes: 2, Lanes: 1, Length: 32})
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 64<<10 {
		t.Errorf("a key in 4 MiB took %d bytes more", took)
	}
}

// BenchmarkKey compares with golang.org/x/crypto at the setting of new passwords.
func BenchmarkKey(b *testing.B) {
	const kib = 19 << 10
	password, salt := []byte("correct horse battery staple"), make([]byte, 16)
	b.Run("x/crypto", func(b *testing.B) {
		for b.Loop() {
			argon2.IDKey(password, salt, 2, kib, 1, 32)
		}
	})
	b.Run("lent memory", func(b *testing.B) {
		memory := make([]Block, kib)
		for b.Loop() {
			Key(memory, password, salt, Params{Passes: 2, Lanes: 1, Length: 32})
		}
	})
}
