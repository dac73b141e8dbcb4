package store

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"roster"
)

// The file of a backup is
//
//	ROSTER BACKUP 1\n          the format
//	…                          records, compressed with gzip (RFC 1952)
//	\nSHA-256 <64 digits>\n    of everything before this line's first \n
//
// A record is a byte that says what it is, and
//
//	H  the head: JSON, a BackupHead
//	T  a table: JSON, its name and the names of its columns
//	R  a row of the last table: a value for each column
//	N  the last number that the engine assigned in a table: JSON
//	E  the end: JSON, how many tables and rows there were
//
// JSON has its length before it. A value is a byte for its type and the value: n for NULL, i for a
// number, s for a text, b for bytes. Texts and bytes have their length before them. Numbers and
// lengths are varints of encoding/binary. A boolean is the number 0 or 1, a UUID is 16 bytes.
const (
	backupMagic  = "ROSTER BACKUP "
	backupFormat = "1"
	backupStart  = backupMagic + backupFormat + "\n"
	backupSum    = "\nSHA-256 "
	backupEnd    = len(backupSum) + 2*sha256.Size + 1 // bytes of the last line, and of the \n before it

	// maxBackupValue is the longest value that is read, in bytes: more than any column holds.
	maxBackupValue = 64 << 20
)

// BackupHead says where a backup comes from.
type BackupHead struct {
	Release string    `json:"release"` // of Roster
	Engine  string    `json:"engine"`  // "sqlite" or "postgres"
	Schema  int64     `json:"schema"`  // the schema's version
	At      time.Time `json:"at"`
}

// BackupSize says how much is in a backup.
type BackupSize struct {
	Tables int   `json:"tables"`
	Rows   int64 `json:"rows"`
}

// backupTable is the record before the rows of a table.
type backupTable struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
}

// backupNumber is the record of the last number that the engine assigned in a table.
type backupNumber struct {
	Table string `json:"table"`
	Last  int64  `json:"last"`
}

// The types of values.
const (
	cellNull   = 'n'
	cellNumber = 'i'
	cellText   = 's'
	cellBytes  = 'b'
)

// cell is a value of a row, in a form that is the same on both engines.
type cell struct {
	is     byte // one of the types of values
	number int64
	bytes  []byte // of a text, too
}

// backupWriter writes records.
type backupWriter struct {
	out  io.Writer // the file, hashed
	sum  hash.Hash
	zip  *gzip.Writer
	buf  *bufio.Writer
	size BackupSize
}

func newBackupWriter(w io.Writer) (*backupWriter, error) {
	b := &backupWriter{sum: sha256.New()}
	b.out = io.MultiWriter(w, b.sum)
	if _, err := io.WriteString(b.out, backupStart); err != nil {
		return nil, err
	}
	b.zip = gzip.NewWriter(b.out)
	b.buf = bufio.NewWriterSize(b.zip, 64<<10)
	return b, nil
}

// json writes a record whose content is JSON. Errors of the writer come at the latest from end.
func (b *backupWriter) json(kind byte, content any) error {
	text, err := json.Marshal(content)
	if err != nil {
		return fmt.Errorf("encode backup: %w", err)
	}
	if kind == 'T' {
		b.size.Tables++
	}
	_ = b.buf.WriteByte(kind)
	_, _ = b.buf.Write(binary.AppendUvarint(nil, uint64(len(text))))
	_, err = b.buf.Write(text)
	return err
}

// row writes a row.
func (b *backupWriter) row(cells []cell) error {
	b.size.Rows++
	err := b.buf.WriteByte('R')
	for i := range cells {
		c := &cells[i]
		_ = b.buf.WriteByte(c.is)
		switch c.is {
		case cellNumber:
			_, err = b.buf.Write(binary.AppendVarint(b.buf.AvailableBuffer(), c.number))
		case cellText, cellBytes:
			_, _ = b.buf.Write(binary.AppendUvarint(b.buf.AvailableBuffer(), uint64(len(c.bytes))))
			_, err = b.buf.Write(c.bytes)
		}
	}
	return err
}

// end writes what closes the file.
func (b *backupWriter) end() error {
	if err := b.json('E', b.size); err != nil {
		return err
	}
	if err := errors.Join(b.buf.Flush(), b.zip.Close()); err != nil {
		return err
	}
	_, err := fmt.Fprintf(b.out, "%s%x\n", backupSum, b.sum.Sum(nil))
	return err
}

// notABackup is the error for a file that cannot be used.
func notABackup(detail string, cause error) error {
	return &roster.Error{Kind: roster.Invalid, Field: "backup", Detail: detail, Err: cause}
}

// validateSum reads a whole file of the size and compares its checksum, which it returns.
func validateSum(f io.ReaderAt, size int64) (sum string, err error) {
	start := make([]byte, len(backupStart))
	n, _ := f.ReadAt(start, 0)
	switch {
	case !bytes.HasPrefix(start[:n], []byte(backupMagic)):
		return "", notABackup("is no backup of Roster", nil)
	case string(start[:n]) != backupStart:
		return "", notABackup("has another format than this release reads: use the release that made it, or a newer one", nil)
	}
	end := make([]byte, backupEnd)
	if size < int64(len(start)+len(end)) {
		return "", notABackup("is cut off: its end is missing", nil)
	}
	if _, err := f.ReadAt(end, size-int64(len(end))); err != nil {
		return "", fmt.Errorf("read backup: %w", err)
	}
	if !bytes.HasPrefix(end, []byte(backupSum)) || end[len(end)-1] != '\n' {
		return "", notABackup("is cut off or damaged: it does not end as a backup does", nil)
	}
	hashed := sha256.New()
	if _, err := io.Copy(hashed, io.NewSectionReader(f, 0, size-int64(len(end)))); err != nil {
		return "", fmt.Errorf("read backup: %w", err)
	}
	sum = hex.EncodeToString(hashed.Sum(nil))
	if sum != string(end[len(backupSum):len(end)-1]) {
		return "", notABackup("is damaged: its checksum does not fit its content", nil)
	}
	return sum, nil
}

// backupReader reads records.
type backupReader struct {
	in   *bufio.Reader
	head BackupHead
}

// backupVisitor takes the records of a backup in their order; the head was read before.
type backupVisitor struct {
	table  func(backupTable) error
	row    func([]cell) error // the cells are good until it returns
	number func(backupNumber) error
}

// newBackupReader reads the head of a file of the size.
func newBackupReader(f io.ReaderAt, size int64) (*backupReader, error) {
	from := int64(len(backupStart))
	zip, err := gzip.NewReader(io.NewSectionReader(f, from, size-from-int64(backupEnd)))
	if err != nil {
		return nil, notABackup("cannot be unpacked", err)
	}
	b := &backupReader{in: bufio.NewReaderSize(zip, 64<<10)}
	kind, err := b.in.ReadByte()
	if err != nil || kind != 'H' {
		return nil, notABackup("has no head", err)
	}
	return b, b.json(&b.head)
}

// each passes all records on, and returns how much there was.
func (b *backupReader) each(v backupVisitor) (BackupSize, error) {
	var got, want BackupSize
	var cells []cell
	for {
		kind, err := b.in.ReadByte()
		if err != nil {
			return got, notABackup("ends in the middle", err)
		}
		switch kind {
		case 'T':
			var t backupTable
			if err := b.json(&t); err != nil {
				return got, err
			}
			got.Tables++
			cells = make([]cell, len(t.Columns))
			err = v.table(t)
		case 'R':
			got.Rows++
			if err := b.cells(cells); err != nil {
				return got, err
			}
			err = v.row(cells)
		case 'N':
			var n backupNumber
			if err := b.json(&n); err != nil {
				return got, err
			}
			err = v.number(n)
		case 'E':
			if err = b.json(&want); err == nil && got != want {
				err = notABackup("does not hold as much as it says", nil)
			}
			return got, err
		default:
			err = notABackup("holds something that this release does not know", nil)
		}
		if err != nil {
			return got, err
		}
	}
}

// json reads the rest of a record whose content is JSON.
func (b *backupReader) json(to any) error {
	text, err := b.bytes(nil)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, to); err != nil {
		return notABackup("has a record that is not as it should be", err)
	}
	return nil
}

// cells reads the rest of the record of a row.
func (b *backupReader) cells(to []cell) (err error) {
	for i := range to {
		c := &to[i]
		if c.is, err = b.in.ReadByte(); err != nil {
			return notABackup("ends in the middle", err)
		}
		switch c.is {
		case cellNull:
		case cellNumber:
			c.number, err = binary.ReadVarint(b.in)
		case cellText, cellBytes:
			c.bytes, err = b.bytes(c.bytes[:0])
		default:
			err = notABackup("has a value that this release does not know", nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bytes reads a length and so many bytes, into the space of buf if it is enough.
func (b *backupReader) bytes(buf []byte) ([]byte, error) {
	n, err := binary.ReadUvarint(b.in)
	if err != nil || n > maxBackupValue {
		return nil, notABackup("has a length that cannot be", err)
	}
	if uint64(cap(buf)) < n {
		buf = make([]byte, n)
	}
	buf = buf[:n]
	if _, err := io.ReadFull(b.in, buf); err != nil {
		return nil, notABackup("ends in the middle", err)
	}
	return buf, nil
}
