package argon2

import (
	"encoding/binary"

	"golang.org/x/crypto/blake2b"
)

const (
	blockWords = 128
	blockBytes = 8 * blockWords
	slices     = 4 // of a lane (RFC 9106 §3.4)
	argon2id   = 2 // the type (RFC 9106 §3.2)
)

// Block is a block of memory: 1 KiB.
type Block [blockWords]uint64

// Params are the parameters of a key (RFC 9106 §3.1). The memory is as long as the memory that is
// lent.
type Params struct {
	Passes uint32 // over the memory, at least 1
	Lanes  uint8  // at least 1; they are filled one after another
	Length uint32 // of the key, in bytes
}

// Key returns the key of a password and its salt. The memory must have at least 8 blocks for each
// lane. Its content does not matter before, and depends on the password afterwards. Key panics if
// the parameters are out of range.
func Key(memory []Block, password, salt []byte, p Params) []byte {
	return key(memory, inputs{password: password, salt: salt}, p)
}

// inputs are what a key is made of. Secret and data are for tests only.
type inputs struct{ password, salt, secret, data []byte }

func key(memory []Block, in inputs, p Params) []byte {
	if p.Passes < 1 || p.Lanes < 1 || p.Length < 4 || len(memory) < 2*slices*int(p.Lanes) {
		panic("argon2: parameters out of range")
	}
	h0 := initial(in, uint32(len(memory)), p)
	segment := uint32(len(memory)) / (slices * uint32(p.Lanes))
	f := filling{
		lanes: uint32(p.Lanes), segment: segment, lane: slices * segment, passes: p.Passes,
		blocks: memory[:slices*segment*uint32(p.Lanes)],
	}
	f.begin(h0)
	for pass := range p.Passes {
		for slice := range uint32(slices) {
			for lane := range f.lanes {
				f.fill(position{pass, slice, lane})
			}
		}
	}
	return f.finish(p.Length)
}

// initial returns H0 (RFC 9106 §3.2, step 1), with room for the two numbers that [filling.begin]
// appends.
func initial(in inputs, memory uint32, p Params) [blake2b.Size + 8]byte {
	var text []byte
	for _, n := range []uint32{uint32(p.Lanes), p.Length, memory, p.Passes, version, argon2id} {
		text = binary.LittleEndian.AppendUint32(text, n)
	}
	for _, part := range [][]byte{in.password, in.salt, in.secret, in.data} {
		text = binary.LittleEndian.AppendUint32(text, uint32(len(part)))
		text = append(text, part...)
	}
	var h0 [blake2b.Size + 8]byte
	sum := blake2b.Sum512(text)
	copy(h0[:], sum[:])
	return h0
}

// filling is memory that is being filled for one key.
type filling struct {
	blocks  []Block // the lanes, one after another
	lanes   uint32
	lane    uint32 // blocks of a lane
	segment uint32 // blocks of a segment, which is a quarter of a lane
	passes  uint32
}

// position is a segment at a moment.
type position struct{ pass, slice, lane uint32 }

// begin writes the first two blocks of each lane (RFC 9106 §3.2, steps 3 and 4).
func (f *filling) begin(h0 [blake2b.Size + 8]byte) {
	var bytes [blockBytes]byte
	for lane := range f.lanes {
		for i := range uint32(2) {
			binary.LittleEndian.PutUint32(h0[blake2b.Size:], i)
			binary.LittleEndian.PutUint32(h0[blake2b.Size+4:], lane)
			longHash(bytes[:], h0[:])
			b := &f.blocks[lane*f.lane+i]
			for w := range b {
				b[w] = binary.LittleEndian.Uint64(bytes[8*w:])
			}
		}
	}
}

// fill fills a segment (RFC 9106 §3.2, steps 5 and 6). The first pass writes over what was in the
// memory before. A later one combines with it.
func (f *filling) fill(at position) {
	independent := at.pass == 0 && at.slice < slices/2 // of the password (RFC 9106 §3.4.1.3)
	var a addresses
	if independent {
		a.input = Block{uint64(at.pass), uint64(at.lane), uint64(at.slice), uint64(len(f.blocks)), uint64(f.passes), argon2id}
	}
	first := uint32(0)
	if at.pass == 0 && at.slice == 0 {
		first = 2 // begin wrote two
		a.next()
	}
	for i := first; i < f.segment; i++ {
		current := at.lane*f.lane + at.slice*f.segment + i
		previous := current - 1
		if i == 0 && at.slice == 0 {
			previous += f.lane
		}
		random := f.blocks[previous][0]
		if independent {
			if i%blockWords == 0 {
				a.next()
			}
			random = a.block[i%blockWords]
		}
		reference := f.reference(at, i, random)
		if at.pass == 0 {
			compress(&f.blocks[current], &f.blocks[previous], &f.blocks[reference])
		} else {
			compressXOR(&f.blocks[current], &f.blocks[previous], &f.blocks[reference])
		}
	}
}

// addresses are the pseudo-random numbers of a segment that do not depend on the password (RFC 9106
// §3.4.1.2).
type addresses struct{ input, block Block }

// next computes the next 128 numbers.
func (a *addresses) next() {
	var zero Block
	a.input[6]++
	compress(&a.block, &a.input, &zero)
	compress(&a.block, &a.block, &zero)
}

// reference returns the index of the block that the i-th block of a segment refers to (RFC 9106
// §3.4.1 and §3.4.2).
func (f *filling) reference(at position, i uint32, random uint64) uint32 {
	lane := uint32(random>>32) % f.lanes
	if at.pass == 0 && at.slice == 0 {
		lane = at.lane
	}
	start, size := uint32(0), at.slice*f.segment // the first pass: all before
	if at.pass > 0 {
		start, size = (at.slice+1)%slices*f.segment, (slices-1)*f.segment
	}
	switch {
	case lane == at.lane:
		size += i - 1
	case i == 0:
		size--
	}
	x := random & 0xFFFFFFFF
	x = x * x >> 32
	x = x * uint64(size) >> 32
	return lane*f.lane + (start+size-1-uint32(x))%f.lane
}

// finish returns the key (RFC 9106 §3.2, steps 7 and 8).
func (f *filling) finish(length uint32) []byte {
	last := f.blocks[f.lane-1]
	for lane := uint32(1); lane < f.lanes; lane++ {
		for i, w := range f.blocks[lane*f.lane+f.lane-1] {
			last[i] ^= w
		}
	}
	var bytes [blockBytes]byte
	for i, w := range last {
		binary.LittleEndian.PutUint64(bytes[8*i:], w)
	}
	key := make([]byte, length)
	longHash(key, bytes[:])
	return key
}
